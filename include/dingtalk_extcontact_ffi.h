#define FFI_SCOPE "DINGTALK_EXTCONTACT"
#define FFI_LIB "libdingtalk_extcontact.so.0.1"
/*
 * The declarations of dingtalk_extcontact.h for PHP's FFI, which reads C without a preprocessor:
 * by FFI::load(), or named in ffi.preload and then FFI::scope("DINGTALK_EXTCONTACT"). What each does
 * stands in that header. Made by tools/declarations; `make header` renews it.
 */

typedef enum {
  DTX_OK = 0,
  DTX_INVALID_ARGUMENT = 1,
  DTX_INVALID_USER_ID = 10,
  DTX_AUTHENTICATION = 11,
  DTX_PERMISSION_DENIED = 12,
  DTX_THROTTLED = 13,
  DTX_QUOTA_EXCEEDED = 14,
  DTX_CONFIGURATION = 15,
  DTX_SERVICE = 16,
  DTX_API = 19,
  DTX_CONNECTION = 30,
  DTX_TLS = 31,
  DTX_TIMEOUT = 32,
  DTX_PROTOCOL = 33,
  DTX_CANCELLED = 34,
  DTX_JOURNAL = 40,
  DTX_INTERNAL = 50
} dtx_result;
typedef enum {
  DTX_STATUS_DELETED = 1,
  DTX_STATUS_ABSENT = 2
} dtx_status;
typedef enum {
  DTX_RESTORE_CREATED = 1,
  DTX_RESTORE_STILL_THERE = 2,
  DTX_RESTORE_MAY_BE_CREATED = 3
} dtx_restore_status;
typedef enum {
  DTX_JOURNAL_GONE = 1,
  DTX_JOURNAL_WAS_NOT_THERE = 2,
  DTX_JOURNAL_NOT_DELETED = 3,
  DTX_JOURNAL_MAY_BE_GONE = 4
} dtx_journal_state;
typedef enum {
  DTX_CHECK_OK = 1,
  DTX_CHECK_WARNING = 2,
  DTX_CHECK_FAILED = 3,
  DTX_CHECK_UNKNOWN = 4,
  DTX_CHECK_SKIPPED = 5
} dtx_check_status;
typedef enum {
  DTX_LOG_OFF = 0,
  DTX_LOG_ERROR = 1,
  DTX_LOG_WARN = 2,
  DTX_LOG_INFO = 3,
  DTX_LOG_DEBUG = 4
} dtx_log_level;
typedef struct dtx_batch dtx_batch;
typedef struct dtx_batch_options dtx_batch_options;
typedef struct dtx_call dtx_call;
typedef struct dtx_check dtx_check;
typedef struct dtx_check_step dtx_check_step;
typedef struct dtx_client dtx_client;
typedef struct dtx_contact dtx_contact;
typedef struct dtx_contacts dtx_contacts;
typedef struct dtx_deletion dtx_deletion;
typedef struct dtx_error dtx_error;
typedef struct dtx_item dtx_item;
typedef struct dtx_journal dtx_journal;
typedef struct dtx_journal_entry dtx_journal_entry;
typedef struct dtx_options dtx_options;
typedef struct dtx_restoration dtx_restoration;
typedef int (*dtx_probe_fn)(void *context);
typedef void (*dtx_done_fn)(dtx_deletion *deletion, dtx_error *error, void *context);
typedef void (*dtx_item_fn)(dtx_item *item, void *context);
typedef void (*dtx_log_fn)(int level, const char *message, void *context);
const char *dtx_version(void);
uint32_t dtx_version_number(void);
const char *dtx_result_name(int result);
dtx_options *dtx_options_new(void);
dtx_options *dtx_options_from_env(void);
void dtx_options_free(dtx_options *options);
int dtx_options_set(dtx_options *options, const char *name, const char *text);
int dtx_options_set_access_token(dtx_options *options, const char *access_token);
int dtx_options_set_app_key(dtx_options *options, const char *app_key);
int dtx_options_set_app_secret(dtx_options *options, const char *app_secret);
int dtx_options_set_region(dtx_options *options, const char *region);
int dtx_options_set_endpoint(dtx_options *options, const char *endpoint);
int dtx_options_set_timeout_ms(dtx_options *options, uint64_t timeout_ms);
int dtx_options_set_attempt_timeout_ms(dtx_options *options, uint64_t attempt_timeout_ms);
int dtx_options_set_connect_timeout_ms(dtx_options *options, uint64_t connect_timeout_ms);
int dtx_options_set_max_attempts(dtx_options *options, uint32_t max_attempts);
int dtx_options_set_rate(dtx_options *options, uint32_t rate);
int dtx_options_set_missing_ok(dtx_options *options, int missing_ok);
int dtx_options_set_proxy(dtx_options *options, const char *proxy);
int dtx_options_set_ca_file(dtx_options *options, const char *ca_file);
int dtx_options_set_language(dtx_options *options, const char *language);
int dtx_client_new(const dtx_options *options, dtx_client **client, dtx_error **error);
int dtx_client_shared(const dtx_options *options, dtx_client **client, dtx_error **error);
void dtx_client_free(dtx_client *client);
int dtx_client_delete(const dtx_client *client, const char *user_id, const dtx_call *call, dtx_deletion **deletion, dtx_error **error);
int dtx_client_set_access_token(const dtx_client *client, const char *access_token, dtx_error **error);
void dtx_client_close(const dtx_client *client);
dtx_call *dtx_call_new(void);
dtx_call *dtx_call_child(const dtx_call *call);
void dtx_call_free(dtx_call *call);
int dtx_call_set(dtx_call *call, const char *name, const char *text);
int dtx_call_set_timeout_ms(dtx_call *call, uint64_t timeout_ms);
int dtx_call_set_missing_ok(dtx_call *call, int missing_ok);
int dtx_call_set_probe(dtx_call *call, dtx_probe_fn probe, void *context);
void dtx_call_cancel(const dtx_call *call);
int dtx_client_submit(const dtx_client *client, const char *user_id, const dtx_call *call, dtx_done_fn done, void *context);
dtx_batch_options *dtx_batch_options_new(void);
void dtx_batch_options_free(dtx_batch_options *options);
int dtx_batch_options_set(dtx_batch_options *options, const char *name, const char *text);
int dtx_batch_options_set_concurrency(dtx_batch_options *options, uint32_t concurrency);
int dtx_batch_options_set_journal(dtx_batch_options *options, const char *journal);
int dtx_batch_options_set_backup(dtx_batch_options *options, const char *backup);
int dtx_batch_options_set_missing_ok(dtx_batch_options *options, int missing_ok);
int dtx_batch_options_set_stop_on_missing(dtx_batch_options *options, int stop_on_missing);
int dtx_batch_new(const dtx_client *client, const dtx_batch_options *options, dtx_batch **batch, dtx_error **error);
void dtx_batch_free(dtx_batch *batch);
int dtx_batch_wants(const dtx_batch *batch);
int dtx_batch_push(dtx_batch *batch, const char *user_id, dtx_error **error);
void dtx_batch_finish(dtx_batch *batch);
int dtx_batch_next(dtx_batch *batch, dtx_item **item, dtx_error **error);
void dtx_batch_stop(dtx_batch *batch);
void dtx_batch_cancel(dtx_batch *batch);
int dtx_batch_paused(const dtx_batch *batch, uint64_t *left_ms);
uint64_t dtx_batch_deleted(const dtx_batch *batch);
uint64_t dtx_batch_absent(const dtx_batch *batch);
uint64_t dtx_batch_maybe_deleted(const dtx_batch *batch);
uint64_t dtx_batch_failed(const dtx_batch *batch);
uint64_t dtx_batch_not_attempted(const dtx_batch *batch);
uint64_t dtx_batch_settled_before(const dtx_batch *batch);
uint64_t dtx_batch_repeated(const dtx_batch *batch);
uint64_t dtx_batch_calls(const dtx_batch *batch);
uint64_t dtx_batch_unrecorded(const dtx_batch *batch);
const char *dtx_batch_summary_json(const dtx_batch *batch);
int dtx_batch_next_within(dtx_batch *batch, const dtx_call *call, dtx_item **item, dtx_error **error);
int dtx_batch_try_next(dtx_batch *batch, dtx_item **item, int *ended, dtx_error **error);
int dtx_batch_submit_next(dtx_batch *batch, dtx_item_fn done, void *context, dtx_error **error);
void dtx_item_free(dtx_item *item);
const char *dtx_item_user_id(const dtx_item *item);
const dtx_deletion *dtx_item_deletion(const dtx_item *item);
const dtx_error *dtx_item_error(const dtx_item *item);
int dtx_item_not_attempted(const dtx_item *item);
const char *dtx_item_time(const dtx_item *item);
int dtx_item_settled_before(const dtx_item *item);
const char *dtx_item_json(const dtx_item *item);
int dtx_journal_read(const char *const *paths, uint64_t count, dtx_journal **journal, dtx_error **error);
void dtx_journal_free(dtx_journal *journal);
int dtx_journal_next(dtx_journal *journal, dtx_journal_entry **entry, dtx_error **error);
void dtx_journal_entry_free(dtx_journal_entry *entry);
const char *dtx_journal_entry_user_id(const dtx_journal_entry *entry);
int dtx_journal_entry_state(const dtx_journal_entry *entry);
const char *dtx_journal_entry_time(const dtx_journal_entry *entry);
uint64_t dtx_journal_entry_run(const dtx_journal_entry *entry);
int dtx_journal_entry_attempts(const dtx_journal_entry *entry, uint32_t *attempts);
const char *dtx_journal_entry_request_id(const dtx_journal_entry *entry);
int dtx_journal_entry_kind(const dtx_journal_entry *entry);
const char *dtx_journal_entry_code(const dtx_journal_entry *entry);
const char *dtx_journal_entry_meaning(const dtx_journal_entry *entry);
const char *dtx_journal_entry_journal(const dtx_journal_entry *entry);
const char *dtx_journal_entry_endpoint(const dtx_journal_entry *entry);
const char *dtx_journal_entry_app_key(const dtx_journal_entry *entry);
const char *dtx_journal_entry_json(const dtx_journal_entry *entry);
int dtx_client_check(const dtx_client *client, int write, const dtx_call *call, dtx_check **check, dtx_error **error);
void dtx_check_free(dtx_check *check);
int dtx_check_ok(const dtx_check *check);
uint64_t dtx_check_step_count(const dtx_check *check);
const dtx_check_step *dtx_check_step_at(const dtx_check *check, uint64_t place);
const char *dtx_check_step_name(const dtx_check_step *step);
int dtx_check_step_status(const dtx_check_step *step);
const char *dtx_check_step_text(const dtx_check_step *step);
const char *dtx_check_step_advice(const dtx_check_step *step);
const dtx_error *dtx_check_step_error(const dtx_check_step *step);
const char *dtx_check_report(const dtx_check *check);
const char *dtx_check_json(const dtx_check *check);
void dtx_deletion_free(dtx_deletion *deletion);
int dtx_deletion_status(const dtx_deletion *deletion);
const char *dtx_deletion_user_id(const dtx_deletion *deletion);
const char *dtx_deletion_request_id(const dtx_deletion *deletion);
uint32_t dtx_deletion_attempts(const dtx_deletion *deletion);
int dtx_deletion_maybe_deleted(const dtx_deletion *deletion);
const char *dtx_deletion_json(const dtx_deletion *deletion);
int dtx_client_get(const dtx_client *client, const char *user_id, const dtx_call *call, dtx_contact **contact, dtx_error **error);
int dtx_client_contacts(const dtx_client *client, dtx_contacts **contacts, dtx_error **error);
void dtx_contacts_free(dtx_contacts *contacts);
int dtx_contacts_next(dtx_contacts *contacts, const dtx_call *call, dtx_contact **contact, dtx_error **error);
void dtx_contact_free(dtx_contact *contact);
const char *dtx_contact_user_id(const dtx_contact *contact);
const char *dtx_contact_text(const dtx_contact *contact, const char *field);
uint64_t dtx_contact_id_count(const dtx_contact *contact, const char *field);
const char *dtx_contact_id(const dtx_contact *contact, const char *field, uint64_t place);
const char *dtx_contact_record(const dtx_contact *contact);
const char *dtx_contact_json(const dtx_contact *contact);
int dtx_client_restore(const dtx_client *client, const char *record, int look_first, const dtx_call *call, dtx_restoration **restoration, dtx_error **error);
void dtx_restoration_free(dtx_restoration *restoration);
const char *dtx_restoration_old_user_id(const dtx_restoration *restoration);
int dtx_restoration_status(const dtx_restoration *restoration);
const char *dtx_restoration_user_id(const dtx_restoration *restoration);
const char *dtx_restoration_request_id(const dtx_restoration *restoration);
uint32_t dtx_restoration_attempts(const dtx_restoration *restoration);
const char *dtx_restoration_problem(const dtx_restoration *restoration);
const char *dtx_restoration_json(const dtx_restoration *restoration);
void dtx_error_free(dtx_error *error);
int dtx_error_kind(const dtx_error *error);
const char *dtx_error_message(const dtx_error *error);
const char *dtx_error_advice(const dtx_error *error);
const char *dtx_error_code(const dtx_error *error);
int dtx_error_errcode(const dtx_error *error, int64_t *errcode);
const char *dtx_error_errmsg(const dtx_error *error);
const char *dtx_error_sub_code(const dtx_error *error);
const char *dtx_error_sub_msg(const dtx_error *error);
const char *dtx_error_request_id(const dtx_error *error);
int dtx_error_http_status(const dtx_error *error, int *http_status);
int dtx_error_retry_after_ms(const dtx_error *error, uint64_t *retry_after_ms);
uint32_t dtx_error_attempts(const dtx_error *error);
int dtx_error_retryable(const dtx_error *error);
int dtx_error_maybe_deleted(const dtx_error *error);
const char *dtx_error_user_id(const dtx_error *error);
const char *dtx_error_json(const dtx_error *error);
int dtx_set_log(int level, dtx_log_fn log, void *context);
