/*
 * libdingtalk_extcontact: deletes external contacts of a DingTalk organisation, and says exactly
 * what happened. Made from the source by cbindgen; `make header` renews it.
 *
 *   dtx_options *options = dtx_options_new();
 *   dtx_options_set_app_key(options, "key");
 *   dtx_options_set_app_secret(options, "secret");
 *
 *   dtx_client *client = NULL;
 *   dtx_error *error = NULL;
 *   int result = dtx_client_new(options, &client, &error);
 *   dtx_options_free(options);
 *
 *   if (result == DTX_OK)
 *     result = dtx_client_delete(client, "0125400001", NULL, NULL, &error);
 *   if (result != DTX_OK)
 *     fprintf(stderr, "%s. %s\n", dtx_error_message(error), dtx_error_advice(error));
 *   dtx_error_free(error);
 *   dtx_client_free(client);
 *
 * The rules, which no function breaks:
 *
 * - Results. What can fail returns an int: DTX_OK (0), or the kind of the error. NULL where
 *   something is needed, text that is not UTF-8 and wrong numbers are DTX_INVALID_ARGUMENT.
 * - Errors. Functions with a `dtx_error **error` set *error to NULL first, and on failure to a new
 *   error, which is yours up to dtx_error_free. error may be NULL. Nothing is kept in the library
 *   or the thread. Free an error before you pass its variable again.
 * - Results by pointer. `**` parameters are set to NULL first and to a new handle on success only,
 *   so that everything can be freed afterwards, whatever the result was.
 * - Handles. Everything that you get from a _new or _from_env function, or through `**`, is yours
 *   until you pass it to the _free function of its type, once. free(NULL) does nothing. Getters
 *   take NULL, too.
 * - Text in. UTF-8 with a NUL at its end, copied before the function returns.
 * - Text out. The same. It belongs to the object that it was got from and is valid until that is
 *   freed; NULL where it is not known. A NUL character inside it is U+FFFD.
 * - Threads. At each function. A call that has begun keeps what it uses, so another thread may free
 *   the handle meanwhile; none may begin with it after that. "Any number at once" ends there.
 * - Stack. A thread that calls a function here needs 128 KiB of it, where the library was built
 *   without optimisation 192 KiB; what its callbacks need comes on top.
 * - Callbacks. A probe runs on the thread that makes the call. The log function does, too, and for a
 *   batch on threads of the library. For a submitted call both run there; see dtx_done_fn for its end.
 * - Signals. The library sets no handler. Its threads block all signals but SIGSEGV, SIGBUS, SIGFPE,
 *   SIGILL, SIGTRAP, SIGSYS, SIGPROF and the real-time ones, by which virtual machines stop threads;
 *   so handlers run on threads of the program. A connection that breaks raises no SIGPIPE. No
 *   function may be called from a handler.
 * - pthread_cancel. Held off while a function of the library runs, its callbacks included (on Linux;
 *   elsewhere, and with PTHREAD_CANCEL_ASYNCHRONOUS, it must not meet a call). dtx_call_cancel ends
 *   a call early.
 * - Locale. Neither read nor set. Texts of the library are English, in UTF-8.
 * - fork. The child may use what the parent made, batches excepted. No call of the parent goes on
 *   in it.
 * - dlopen. The library can be loaded at run time; do not unload it, as threads of it may run.
 */

#ifndef DINGTALK_EXTCONTACT_H
#define DINGTALK_EXTCONTACT_H

#include <stdint.h>

/** The version of this header; dtx_version() is the one of the library that runs. */
#define DTX_VERSION "0.1.0"
#define DTX_VERSION_MAJOR 0
#define DTX_VERSION_MINOR 1
#define DTX_VERSION_PATCH 0
/** The same in one number; dtx_version_number() is the one of the library that runs. */
#define DTX_VERSION_NUMBER \
  (DTX_VERSION_MAJOR * 1000000 + DTX_VERSION_MINOR * 1000 + DTX_VERSION_PATCH)

/**
 * What a function returns: DTX_OK, or the kind of the error. Functions return an int, not this
 * type, as later versions may add kinds: treat a number that you do not know like DTX_API.
 * A number is never used again for something else.
 */
typedef enum {
  /**
   * It worked.
   */
  DTX_OK = 0,
  /**
   * Refused before anything was sent: an option, an argument, a closed client.
   */
  DTX_INVALID_ARGUMENT = 1,
  /**
   * The service knows no such contact: already gone, never there, or a damaged id.
   */
  DTX_INVALID_USER_ID = 10,
  /**
   * The access token or the app's credentials are not accepted.
   */
  DTX_AUTHENTICATION = 11,
  /**
   * The app may not delete external contacts, or not this one.
   */
  DTX_PERMISSION_DENIED = 12,
  /**
   * Over a rate; it may pass later.
   */
  DTX_THROTTLED = 13,
  /**
   * A quota of the organisation is used up.
   */
  DTX_QUOTA_EXCEEDED = 14,
  /**
   * Something around the call is set up wrongly: IP not white-listed, app disabled, wrong
   * endpoint, proxy login or rules, no thread.
   */
  DTX_CONFIGURATION = 15,
  /**
   * DingTalk's own trouble; it may pass later.
   */
  DTX_SERVICE = 16,
  /**
   * Any other code of the service.
   */
  DTX_API = 19,
  /**
   * Lookup, connection or proxy failed, or the connection was lost.
   */
  DTX_CONNECTION = 30,
  /**
   * A certificate is not trusted, or the TLS handshake was refused.
   */
  DTX_TLS = 31,
  /**
   * No whole reply in time.
   */
  DTX_TIMEOUT = 32,
  /**
   * What came back is not DingTalk's: a login page, a redirect, half a reply.
   */
  DTX_PROTOCOL = 33,
  /**
   * The caller cancelled the call.
   */
  DTX_CANCELLED = 34,
  /**
   * The record of a batch cannot be read, written or locked.
   */
  DTX_JOURNAL = 40,
  /**
   * A bug of this library, a caught panic included.
   */
  DTX_INTERNAL = 50,
} dtx_result;

/**
 * How a contact came to be gone, as dtx_deletion_status returns it.
 */
typedef enum {
  /**
   * The service deleted it now.
   */
  DTX_STATUS_DELETED = 1,
  /**
   * The service knows no such contact, and that is fine: missing_ok is set, or an earlier
   * request of the same call may have deleted it.
   */
  DTX_STATUS_ABSENT = 2,
} dtx_status;

/**
 * What came of a record that was to be restored, as dtx_restoration_status returns it.
 */
typedef enum {
  /**
   * The contact was created again, under a new id.
   */
  DTX_RESTORE_CREATED = 1,
  /**
   * The contact of the record exists, so nothing was created.
   */
  DTX_RESTORE_STILL_THERE = 2,
  /**
   * The one request to create it went out, and no certain answer came.
   */
  DTX_RESTORE_MAY_BE_CREATED = 3,
} dtx_restore_status;

/**
 * What became of a contact, as dtx_journal_entry_state returns it.
 */
typedef enum {
  /**
   * A run deleted it, or the service knows it no more after a request of ours whose reply was
   * lost.
   */
  DTX_JOURNAL_GONE = 1,
  /**
   * The service knew no such contact, and no request of ours had been without an answer.
   */
  DTX_JOURNAL_WAS_NOT_THERE = 2,
  /**
   * It was certainly not deleted: the service refused it, or the call was not made.
   */
  DTX_JOURNAL_NOT_DELETED = 3,
  /**
   * A request went out, or may have, and no certain answer came.
   */
  DTX_JOURNAL_MAY_BE_GONE = 4,
} dtx_journal_state;

/**
 * What came of a step of a check, as dtx_check_step_status returns it.
 */
typedef enum {
  /**
   * As it should be.
   */
  DTX_CHECK_OK = 1,
  /**
   * It keeps no call from passing, but should be seen to.
   */
  DTX_CHECK_WARNING = 2,
  /**
   * It keeps calls from passing.
   */
  DTX_CHECK_FAILED = 3,
  /**
   * What the service answered does not tell.
   */
  DTX_CHECK_UNKNOWN = 4,
  /**
   * Not looked at, as it does not apply, was not asked for, or a step before it failed.
   */
  DTX_CHECK_SKIPPED = 5,
} dtx_check_status;

/**
 * How much is logged; each level includes those above it. See dtx_set_log.
 */
typedef enum {
  /**
   * Nothing.
   */
  DTX_LOG_OFF = 0,
  /**
   * What should not happen.
   */
  DTX_LOG_ERROR = 1,
  /**
   * What should be looked at.
   */
  DTX_LOG_WARN = 2,
  /**
   * The outcome of every call.
   */
  DTX_LOG_INFO = 3,
  /**
   * Every attempt that failed.
   */
  DTX_LOG_DEBUG = 4,
} dtx_log_level;

/**
 * Many deletions under way. Push ids while dtx_batch_wants, finish after the last, and take items
 * until there are none: one for each id, in the order in which they end. The calls run on threads
 * of the library, within the client's rate and limits; a throttled id is tried again, and trouble
 * that every id would meet stops the batch. After fork a child leaves the parent's batches alone
 * and does not free them; it may make its own.
 * Owner: whoever made it, up to dtx_batch_free. Threads: any number at once.
 */
typedef struct dtx_batch dtx_batch;

/**
 * The options of a batch, from dtx_batch_options_new to dtx_batch_options_free. A setter that
 * refuses a value says so by its result, and dtx_batch_new reports the first refused value with a
 * full error: a program may ignore what the setters return.
 * Owner: whoever made it. Threads: one at a time.
 */
typedef struct dtx_batch_options dtx_batch_options;

/**
 * The options of a call, and the means to cancel it. One may serve several calls, one after
 * the other or at the same time; a cancel ends them all, and every later one.
 * Owner: whoever made it, up to dtx_call_free. Threads: one while options are set; then any
 * number at once.
 */
typedef struct dtx_call dtx_call;

/**
 * What stands and what is missing before contacts can be deleted. It never changes.
 * Owner: you, from dtx_client_check up to dtx_check_free. Threads: any number at once.
 */
typedef struct dtx_check dtx_check;

/**
 * A step of a check. It never changes.
 * Owner: the check that has it. Threads: any number at once.
 */
typedef struct dtx_check_step dtx_check_step;

/**
 * Deletes external contacts. It keeps its connections and its token, so make one and share
 * it. After fork the child may go on using it: it opens its own connections.
 * Owner: whoever made it, up to dtx_client_free. Threads: any number at once.
 */
typedef struct dtx_client dtx_client;

/**
 * An external contact. All of it is personal data. It never changes.
 * Owner: you, from dtx_client_get or dtx_contacts_next up to dtx_contact_free. Threads: any number
 * at once.
 */
typedef struct dtx_contact dtx_contact;

/**
 * All contacts of an organisation: dtx_contacts_next has one after the other. After fork a child
 * makes its own.
 * Owner: you, from dtx_client_contacts up to dtx_contacts_free. Threads: any number at once.
 */
typedef struct dtx_contacts dtx_contacts;

/**
 * The good end of a call: the contact is gone. It never changes.
 * Owner: you, from dtx_client_delete up to dtx_deletion_free; or the item that has it. Threads:
 * any number at once.
 */
typedef struct dtx_deletion dtx_deletion;

/**
 * Why a contact was not deleted, or a client not made. Branch on the kind, record the rest; a
 * field that is not known is NULL, or 0 with nothing written. No text holds a token, an app
 * secret or a proxy's password. It never changes.
 * Owner: you, from the call that failed up to dtx_error_free; or the item that has it. Threads:
 * any number at once.
 */
typedef struct dtx_error dtx_error;

/**
 * What came of one id of a batch: it has a deletion, or an error, or it was not attempted. It
 * never changes.
 * Owner: you, from dtx_batch_next up to dtx_item_free. Threads: any number at once.
 */
typedef struct dtx_item dtx_item;

/**
 * Journals that were read: dtx_journal_next has what they say of each id. After fork a child makes
 * its own.
 * Owner: you, from dtx_journal_read up to dtx_journal_free. Threads: any number at once.
 */
typedef struct dtx_journal dtx_journal;

/**
 * What journals say of one id. It never changes.
 * Owner: you, from dtx_journal_next up to dtx_journal_entry_free. Threads: any number at once.
 */
typedef struct dtx_journal_entry dtx_journal_entry;

/**
 * The options of a client, from dtx_options_new or dtx_options_from_env to dtx_options_free.
 * A setter that refuses a value says so by its result, and dtx_client_new reports the first
 * refused value with a full error: a program may ignore what the setters return.
 * Owner: whoever made it. Threads: one at a time.
 */
typedef struct dtx_options dtx_options;

/**
 * What came of a record that was to be restored. It never changes.
 * Owner: you, from dtx_client_restore up to dtx_restoration_free. Threads: any number at once.
 */
typedef struct dtx_restoration dtx_restoration;

/**
 * A function that a call asks whether to end: it gets the context that was set along with it, and
 * returns 0 to go on, any other number to cancel. A call asks when it begins, every 50 ms while it
 * waits, and after a signal; a program notes a signal in its handler and reads the note here.
 * Owner: nothing changes hands. Threads: it is called on the thread that makes the call, so on
 * several at once where several make calls with one dtx_call. It must return soon and in the
 * ordinary way: no C++ exception and no longjmp may leave it. It must not change or free the call.
 */
typedef int (*dtx_probe_fn)(void *context);

/**
 * A function that is told how a submitted deletion ended, with the context that was given along
 * with it. One of deletion and error is NULL: it has a deletion where dtx_client_delete would
 * return DTX_OK, and an error otherwise.
 * Owner: deletion and error are yours, up to dtx_deletion_free and dtx_error_free. Threads: mostly
 * it is called on a thread of the library; on the one that calls dtx_client_submit where that is
 * refused or no thread can be started, so perhaps before that returns; and on the one that calls
 * dtx_call_cancel where the deletion waits. Hold no lock there that it takes. It may be called on
 * several threads at once, for different deletions. It may call every function of the library but
 * those that wait for an outcome (dtx_client_delete and its like, dtx_batch_next), and must not
 * wait for other submitted deletions: the thread that it has may be the one that they need. It must
 * return soon and in the ordinary way: no C++ exception and no longjmp may leave it.
 */
typedef void (*dtx_done_fn)(dtx_deletion *deletion, dtx_error *error, void *context);

/**
 * A function that is handed the next item of a batch, or NULL at its end, with the context that was
 * given along with it.
 * Owner: the item is yours up to dtx_item_free. Threads: it is called on a thread of the library,
 * or on one that is in a function of this batch, dtx_batch_submit_next itself and dtx_batch_free
 * included; for one batch on one at a time. Hold no lock there that it takes. It may call every
 * function of the library but those that wait for an outcome or an item, and dtx_batch_free of its
 * own batch. It must return soon and in the ordinary way: no C++ exception and no longjmp may
 * leave it.
 */
typedef void (*dtx_item_fn)(dtx_item *item, void *context);

/**
 * A function that takes log lines: the level (DTX_LOG_ERROR to DTX_LOG_DEBUG), one line of UTF-8
 * text without a line break and without secrets, and the context that was given along with it.
 * Owner: the library owns the text, which is valid until the function returns. Threads: it is
 * called on the thread that makes a call, and for a batch on threads of the library, which have
 * signals blocked; on several at once. It must return in the ordinary way: no C++ exception and no
 * longjmp may leave it.
 */
typedef void (*dtx_log_fn)(int level, const char *message, void *context);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The version of the library that runs, such as "0.1.0"; DTX_VERSION is the one that a program
 * was compiled against.
 * Owner: the library, for as long as the process lives. Threads: any, at any time.
 */
const char *dtx_version(void);

/**
 * The same as a number that can be compared: 1000000 times the major version, 1000 times the minor
 * one, and the patch. DTX_VERSION_NUMBER is that of the header.
 * Owner: nothing changes hands. Threads: any, at any time.
 */
uint32_t dtx_version_number(void);

/**
 * The name of a result, "ok" or the kind as it stands in JSON, such as "permission_denied";
 * NULL for a number that is no result.
 * Owner: the library, for as long as the process lives. Threads: any, at any time.
 */
const char *dtx_result_name(int result);

/**
 * New options, all at their defaults. Never NULL.
 * Owner: you; dtx_options_free frees them. Threads: any, at any time.
 */
dtx_options *dtx_options_new(void);

/**
 * New options with what the environment names: DINGTALK_ACCESS_TOKEN, or DINGTALK_APP_KEY and
 * DINGTALK_APP_SECRET; DINGTALK_REGION, DINGTALK_ENDPOINT. An empty variable counts as not
 * set. Never NULL; a variable that is not UTF-8 is reported by dtx_client_new.
 * Owner: you; dtx_options_free frees them. Threads: any, while none changes the environment.
 */
dtx_options *dtx_options_from_env(void);

/**
 * Frees options; NULL is fine. Clients made with them live on.
 * Owner: ends your ownership. Threads: one, when no other uses the options.
 */
void dtx_options_free(dtx_options *options);

/**
 * Sets the option of this name from text, whatever its type is: numbers in digits, times in
 * milliseconds, "true" or "false" ("1" or "0"). The names are those of the setters below:
 * access_token, app_key, app_secret, region, endpoint, timeout, attempt_timeout, connect_timeout,
 * max_attempts, rate, missing_ok, proxy, ca_file, language. For configuration files, and for
 * languages that need no new declaration for a new option then.
 * One name is for packages of other languages alone, which set it first: "binding", from "c" (the
 * default), "cpp", "java", "php", "go" and "dotnet". Messages and advice then call options and fields
 * as that language does, such as attemptTimeout; the names and units here stay the same.
 * Owner: the texts are copied. Threads: one at a time for these options.
 */
int dtx_options_set(dtx_options *options,
                    const char *name,
                    const char *text);

/**
 * Sets the access token, which you keep fresh with dtx_client_set_access_token. Either this,
 * or app_key and app_secret.
 * Owner: the text is copied. Threads: one at a time for these options.
 */
int dtx_options_set_access_token(dtx_options *options, const char *access_token);

/**
 * Sets the key of the app (its client id); the client fetches and refreshes the token.
 * Owner: the text is copied. Threads: one at a time for these options.
 */
int dtx_options_set_app_key(dtx_options *options, const char *app_key);

/**
 * Sets the secret of the app, along with its key.
 * Owner: the text is copied. Threads: one at a time for these options.
 */
int dtx_options_set_app_secret(dtx_options *options, const char *app_secret);

/**
 * Sets the region of the organisation: "international" (the default) or "china".
 * Owner: the text is copied. Threads: one at a time for these options.
 */
int dtx_options_set_region(dtx_options *options, const char *region);

/**
 * Sets the base URL of a sandbox or a gateway instead of the region's hosts: https, or http to
 * a loopback address.
 * Owner: the text is copied. Threads: one at a time for these options.
 */
int dtx_options_set_endpoint(dtx_options *options, const char *endpoint);

/**
 * Sets how long a call may take from when it gets its turn: token, every attempt and pause. From 1
 * to 86400000 (a day); 30000 unless set.
 * Owner: nothing changes hands. Threads: one at a time for these options.
 */
int dtx_options_set_timeout_ms(dtx_options *options, uint64_t timeout_ms);

/**
 * Sets how long one attempt may take, from its start to the last byte of the reply. From 1 to
 * 86400000; 10000 unless set.
 * Owner: nothing changes hands. Threads: one at a time for these options.
 */
int dtx_options_set_attempt_timeout_ms(dtx_options *options, uint64_t attempt_timeout_ms);

/**
 * Sets how long lookup, connection and TLS handshake may take together. From 1 to 86400000; 5000
 * unless set.
 * Owner: nothing changes hands. Threads: one at a time for these options.
 */
int dtx_options_set_connect_timeout_ms(dtx_options *options, uint64_t connect_timeout_ms);

/**
 * Sets how many attempts a call makes at most, from 1 to 100; 3 unless set. 1 turns retries off;
 * even so there can be a second request, where a kept connection has died or a new token is needed.
 * Owner: nothing changes hands. Threads: one at a time for these options.
 */
int dtx_options_set_max_attempts(dtx_options *options, uint32_t max_attempts);

/**
 * Sets how many requests each API may get in any one second at the service's clock, from 1 to
 * 10000; 0 is no limit. 20 unless set, the limit of DingTalk's standard edition.
 * Owner: nothing changes hands. Threads: one at a time for these options.
 */
int dtx_options_set_rate(dtx_options *options, uint32_t rate);

/**
 * Sets whether "no such contact" ends a call as absent instead of as an error: 0 is no (the
 * default), any other number is yes. It hides ids that are damaged.
 * Owner: nothing changes hands. Threads: one at a time for these options.
 */
int dtx_options_set_missing_ok(dtx_options *options, int missing_ok);

/**
 * Sets the proxy: "environment" (the default: HTTPS_PROXY, ALL_PROXY, and NO_PROXY with names,
 * addresses and ranges of them, read by dtx_client_new), "none", or a URL (http, https, socks5).
 * Owner: the text is copied. Threads: one at a time for these options.
 */
int dtx_options_set_proxy(dtx_options *options, const char *proxy);

/**
 * Sets a file of PEM certificates to trust instead of the system's. Each certificate in it is
 * read, or refused with its line.
 * Owner: the text is copied. Threads: one at a time for these options.
 */
int dtx_options_set_ca_file(dtx_options *options, const char *ca_file);

/**
 * Sets the language of the advice of errors and checks: "en" (the default) or "zh". All else,
 * messages too, is the same in every language.
 * Owner: the text is copied. Threads: one at a time for these options.
 */
int dtx_options_set_language(dtx_options *options, const char *language);

/**
 * Makes a client. Options, proxy variables and certificates are read here, once; nothing is
 * sent. The options can be used again or freed.
 * Owner: *client is yours up to dtx_client_free, or NULL on failure; *error as everywhere.
 * Threads: any that may use the options, while none changes the environment.
 */
int dtx_client_new(const dtx_options *options, dtx_client **client, dtx_error **error);

/**
 * The client of this process with these options: the same for all who ask with the same, made where
 * there is none yet. For programs that cannot keep one, such as the workers of php-fpm, which would
 * fetch a token for each request. The connections, the token and the rate are those of all; so is a
 * token that dtx_client_set_access_token sets.
 * dtx_client_free gives up what you got, and leaves the client to who asks later.
 * dtx_client_close closes it once all who have it now have freed it, and who asks from then on gets
 * another one. With access_token at most 16 clients are kept so; the one that was asked for least
 * recently is dropped, and lives on for those who have it. Options are compared by a keyed hash, and
 * no secret is kept twice. After fork the child makes its own.
 * Owner: *client is yours up to dtx_client_free, or NULL on failure; *error as everywhere.
 * Threads: any that may use the options, while none changes the environment.
 */
int dtx_client_shared(const dtx_options *options,
                      dtx_client **client,
                      dtx_error **error);

/**
 * Frees a client; NULL is fine. Calls under way finish and batches made with it go on; with the
 * last of them its connections are closed.
 * Owner: ends your ownership. Threads: one, and no call may begin with the client from then on.
 */
void dtx_client_free(dtx_client *client);

/**
 * Deletes the contact user_id, sent byte for byte. Waits on the calling thread until the call
 * has ended. DTX_OK: it is gone, and dtx_deletion_status says whether it was there. Anything
 * else: it was not deleted, or nobody knows; dtx_error_maybe_deleted says which.
 * call: options of this call and the means to cancel it, or NULL.
 * Owner: *deletion is yours up to dtx_deletion_free, or NULL on failure; pass NULL if you do
 * not want it; *error as everywhere. Threads: any number at once with one client.
 */
int dtx_client_delete(const dtx_client *client,
                      const char *user_id,
                      const dtx_call *call,
                      dtx_deletion **deletion,
                      dtx_error **error);

/**
 * Replaces the access token that the client was made with. Calls under way go on with the old
 * one, and take the new one up if the old one is refused. DTX_INVALID_ARGUMENT: it cannot be a
 * token, the client has app credentials, or it is closed.
 * Owner: the text is copied; *error as everywhere. Threads: any, at any time.
 */
int dtx_client_set_access_token(const dtx_client *client,
                                const char *access_token,
                                dtx_error **error);

/**
 * Closes a client; NULL is fine. Later calls are refused as DTX_INVALID_ARGUMENT, calls under
 * way finish, idle connections are closed. Doing it again does nothing. One of dtx_client_shared
 * closes when the last who has it frees it.
 * Owner: the client is still yours, and still to be freed. Threads: any, at any time.
 */
void dtx_client_close(const dtx_client *client);

/**
 * A new call with the client's own options. Never NULL.
 * Owner: you; dtx_call_free frees it. Threads: any, at any time.
 */
dtx_call *dtx_call_new(void);

/**
 * A new call with the options that another one has now, and with a cancel of its own. A cancel of
 * the other one ends all its children at once, and none of them sends anything from then on; that
 * of a child ends its own deletions alone. Which of them is freed first does not matter. NULL for
 * NULL.
 * Owner: you; dtx_call_free frees it. Threads: any, while no options of the other one are set.
 */
dtx_call *dtx_call_child(const dtx_call *call);

/**
 * Frees a call; NULL is fine. Deletions under way with it go on, and can no longer be cancelled;
 * they go on to ask its probe.
 * Owner: ends your ownership. Threads: one, and no deletion or cancel may begin with the call from
 * then on.
 */
void dtx_call_free(dtx_call *call);

/**
 * Sets the option of this name from text, as dtx_options_set does, binding included: timeout,
 * missing_ok. What is wrong is reported by the call that it is used for; here the result is
 * DTX_INVALID_ARGUMENT for NULL and for text that is not UTF-8 alone.
 * Owner: the texts are copied. Threads: one, while no deletion uses the call.
 */
int dtx_call_set(dtx_call *call, const char *name, const char *text);

/**
 * Sets how long this call may take, from 1 to 86400000, instead of the client's timeout. A wrong
 * value is reported by dtx_client_delete; here the result is DTX_INVALID_ARGUMENT for NULL alone.
 * Owner: nothing changes hands. Threads: one, while no deletion uses the call.
 */
int dtx_call_set_timeout_ms(dtx_call *call, uint64_t timeout_ms);

/**
 * Sets whether "no such contact" ends this call as absent, instead of the client's missing_ok:
 * 0 is no, any other number is yes. DTX_INVALID_ARGUMENT for NULL.
 * Owner: nothing changes hands. Threads: one, while no deletion uses the call.
 */
int dtx_call_set_missing_ok(dtx_call *call, int missing_ok);

/**
 * Sets a function that may end this call while it waits, instead of one set before; NULL sets
 * none. DTX_INVALID_ARGUMENT where call is NULL.
 * Owner: context stays yours; keep it until the call is freed or has another probe, and all
 * deletions with it have returned. Threads: one, while no deletion uses the call.
 */
int dtx_call_set_probe(dtx_call *call, dtx_probe_fn probe, void *context);

/**
 * Cancels a call: whatever it waits for ends within 100 ms, and dtx_client_delete returns
 * DTX_CANCELLED with an error that says whether the contact may be gone. Harmless before, after
 * and twice; NULL is fine. Not for signal handlers, as it takes a lock.
 * It ends all deletions that were given this call, and none of them sends anything from then on:
 * one dtx_call for a group of dtx_client_submit ends the group. Calls that are cancelled one by one
 * leave their places to those that wait behind them and are not cancelled yet; cancel the newest
 * first then.
 * Owner: nothing changes hands. Threads: any, at any time before dtx_call_free.
 */
void dtx_call_cancel(const dtx_call *call);

/**
 * Begins to delete the contact user_id as dtx_client_delete does, and does not wait: done is told
 * its end, exactly once. That holds for a refusal, too, such as of a NULL client or of text that is
 * not UTF-8. The result is DTX_OK, or DTX_INVALID_ARGUMENT where done is NULL and nothing is done.
 * Nobody is told where the process ends first; after a fork only the parent is.
 * Any number may be submitted: those that wait for their turn have no thread, and at most 64
 * requests of such calls and of batches run at a time in a process. A probe of the call is asked
 * on threads of the library, on several at once where several calls have it.
 * call: options of this call and the means to cancel it, or NULL; it can be freed at once, the
 * client too.
 * Owner: the text is copied; context stays yours, keep it until done was called. Threads: any
 * number at once with one client.
 */
int dtx_client_submit(const dtx_client *client,
                      const char *user_id,
                      const dtx_call *call,
                      dtx_done_fn done,
                      void *context);

/**
 * New options of a batch, all at their defaults. Never NULL.
 * Owner: you; dtx_batch_options_free frees them. Threads: any, at any time.
 */
dtx_batch_options *dtx_batch_options_new(void);

/**
 * Frees options of a batch; NULL is fine. Batches made with them live on.
 * Owner: ends your ownership. Threads: one, when no other uses the options.
 */
void dtx_batch_options_free(dtx_batch_options *options);

/**
 * Sets the option of this name from text, as dtx_options_set does, binding included: concurrency,
 * journal, backup, missing_ok, stop_on_missing.
 * Owner: the texts are copied. Threads: one at a time for these options.
 */
int dtx_batch_options_set(dtx_batch_options *options, const char *name, const char *text);

/**
 * Sets how many calls run side by side, at most; 1 to 64. 8 unless set.
 * Owner: nothing changes hands. Threads: one at a time for these options.
 */
int dtx_batch_options_set_concurrency(dtx_batch_options *options, uint32_t concurrency);

/**
 * Sets a file that records the batch: what is about to be deleted before each call, and what came
 * of it. A batch with the same file takes up what an earlier one left undone, and calls nothing
 * again that it settled. No file unless set.
 * Owner: the text is copied. Threads: one at a time for these options.
 */
int dtx_batch_options_set_journal(dtx_batch_options *options, const char *journal);

/**
 * Sets a file that keeps the full record of each contact, on disk before its deletion: the only
 * way back there is. A contact whose record cannot be had is not deleted. All of it is personal
 * data; the app needs the permission point qyapi_ext_read. No file unless set.
 * Owner: the text is copied. Threads: one at a time for these options.
 */
int dtx_batch_options_set_backup(dtx_batch_options *options, const char *backup);

/**
 * Sets whether "no such contact" ends an id as absent, instead of the client's missing_ok: 0 is
 * no, any other number is yes.
 * Owner: nothing changes hands. Threads: one at a time for these options.
 */
int dtx_batch_options_set_missing_ok(dtx_batch_options *options, int missing_ok);

/**
 * Sets whether the batch stops when 20 of the last 40 ids that were answered were "no such
 * contact", as in a damaged list, or one of people who are long gone: 0 is no, any other number is
 * yes. Yes unless set. With missing_ok such ids are no errors and do not count.
 * Owner: nothing changes hands. Threads: one at a time for these options.
 */
int dtx_batch_options_set_stop_on_missing(dtx_batch_options *options, int stop_on_missing);

/**
 * Begins a batch. Nothing is called yet. DTX_JOURNAL: the journal or the backup cannot be read,
 * written or locked, or the journal is of another endpoint or app.
 * options: those of this batch, or NULL for the defaults; they can be used again or freed.
 * Owner: *batch is yours up to dtx_batch_free, or NULL on failure; *error as everywhere. The
 * client can be freed before the batch. Threads: any that may use the options.
 */
int dtx_batch_new(const dtx_client *client,
                  const dtx_batch_options *options,
                  dtx_batch **batch,
                  dtx_error **error);

/**
 * Finishes, stops and frees a batch; NULL is fine. Calls under way finish on the library's threads,
 * if the process lives on: to know their outcomes, take items to the end first. A dtx_batch_next
 * that waits returns the next item or the end.
 * Owner: ends your ownership; items live on, the summary's text does not. Threads: one, and no other
 * function may begin with the batch from then on.
 */
void dtx_batch_free(dtx_batch *batch);

/**
 * 1 if the batch takes another id now, 0 while it has enough and after dtx_batch_finish. It holds
 * about twice as many ids as it calls side by side, so that memory is bounded whatever their
 * number; 0 for NULL.
 * Owner: nothing changes hands. Threads: any number at once.
 */
int dtx_batch_wants(const dtx_batch *batch);

/**
 * Hands over the id of a contact to delete, and does not wait. It is taken even if the batch does
 * not want one. An id that was pushed before is counted and dropped; one that cannot be an id comes
 * out as an item with an error. After dtx_batch_finish or a stop it comes out as not attempted.
 * DTX_INVALID_ARGUMENT: NULL, or text that is not UTF-8, and nothing was pushed.
 * Owner: the text is copied; *error as everywhere. Threads: any number at once.
 */
int dtx_batch_push(dtx_batch *batch, const char *user_id, dtx_error **error);

/**
 * Says that no more ids come; NULL is fine. Without it the items have no end.
 * Owner: nothing changes hands. Threads: any number at once.
 */
void dtx_batch_finish(dtx_batch *batch);

/**
 * Takes the next item, and waits for it. DTX_OK with *item NULL is the end: the batch is finished,
 * and all of its items are taken. An end does not come before dtx_batch_finish, so either one
 * thread pushes while dtx_batch_wants and takes an item in turn, or some threads push and others
 * take.
 * Owner: *item is yours up to dtx_item_free; *error as everywhere. Threads: any number at once;
 * each item goes to one of them, the end to all.
 */
int dtx_batch_next(dtx_batch *batch, dtx_item **item, dtx_error **error);

/**
 * Starts no more calls; those under way finish. NULL is fine. What was pushed and not called comes
 * out as not attempted. The end still needs dtx_batch_finish.
 * Owner: nothing changes hands. Threads: any number at once.
 */
void dtx_batch_stop(dtx_batch *batch);

/**
 * Stops, and cancels the calls under way: within 100 ms they come out as DTX_CANCELLED, with an
 * error that says whether the contact may be gone. NULL is fine. The end still needs
 * dtx_batch_finish. Not for signal handlers, as it takes a lock.
 * Owner: nothing changes hands. Threads: any number at once.
 */
void dtx_batch_cancel(dtx_batch *batch);

/**
 * Whether the batch pauses, as the service throttled it; it goes on by itself. 1, and *left_ms is
 * how long it begins no call from now on; or 0, and nothing is written.
 * Owner: nothing changes hands; left_ms may be NULL. Threads: any number at once.
 */
int dtx_batch_paused(const dtx_batch *batch, uint64_t *left_ms);

/**
 * How many ids were deleted up to now, by this batch or, where the journal says so, by an earlier
 * one.
 * Owner: nothing changes hands. Threads: any number at once.
 */
uint64_t dtx_batch_deleted(const dtx_batch *batch);

/**
 * How many ids were no contact up to now, where that is fine.
 * Owner: nothing changes hands. Threads: any number at once.
 */
uint64_t dtx_batch_absent(const dtx_batch *batch);

/**
 * How many ids ended in an error up to now and may be gone all the same: a request went out, and no
 * certain answer came. They are not among the failed.
 * Owner: nothing changes hands. Threads: any number at once.
 */
uint64_t dtx_batch_maybe_deleted(const dtx_batch *batch);

/**
 * How many ids ended in an error up to now and are not gone by a call of this batch.
 * Owner: nothing changes hands. Threads: any number at once.
 */
uint64_t dtx_batch_failed(const dtx_batch *batch);

/**
 * How many ids came out uncalled up to now, as the batch had stopped.
 * Owner: nothing changes hands. Threads: any number at once.
 */
uint64_t dtx_batch_not_attempted(const dtx_batch *batch);

/**
 * How many of all these an earlier batch had settled, so that they were not called again.
 * Owner: nothing changes hands. Threads: any number at once.
 */
uint64_t dtx_batch_settled_before(const dtx_batch *batch);

/**
 * How many ids were pushed again and dropped up to now.
 * Owner: nothing changes hands. Threads: any number at once.
 */
uint64_t dtx_batch_repeated(const dtx_batch *batch);

/**
 * How many delete requests this batch wrote up to now.
 * Owner: nothing changes hands. Threads: any number at once.
 */
uint64_t dtx_batch_calls(const dtx_batch *batch);

/**
 * Of how many ids the journal does not say what came of them, as it could not be written; the
 * next batch on it takes them for uncertain.
 * Owner: nothing changes hands. Threads: any number at once.
 */
uint64_t dtx_batch_unrecorded(const dtx_batch *batch);

/**
 * The summary of the whole batch as one JSON object, the same in every language: the numbers,
 * start and end (RFC 3339), endpoint, app_key and why it stopped. NULL until its last item is done.
 * Owner: the batch; valid until it is freed. Threads: any number at once.
 */
const char *dtx_batch_summary_json(const dtx_batch *batch);

/**
 * Takes the next item as dtx_batch_next does, and waits for it no longer than the call says: its
 * time limit is one of this wait, and without it there is none. DTX_TIMEOUT and DTX_CANCELLED leave
 * the batch as it is and lose no item, so that it can be waited for again.
 * The call's probe is asked at once, even where an item is ready, and every 50 ms. So Ctrl-C ends
 * the batch of a program with one thread: its handler sets a flag, which the probe reads; after
 * DTX_CANCELLED the program calls dtx_batch_cancel and dtx_batch_finish, and takes the items that
 * are left with dtx_batch_next.
 * call: the options of this wait and the means to cancel it, or NULL for dtx_batch_next.
 * Owner: *item is yours up to dtx_item_free; *error as everywhere. Threads: any number at once;
 * each item goes to one of them, the end to all.
 */
int dtx_batch_next_within(dtx_batch *batch,
                          const dtx_call *call,
                          dtx_item **item,
                          dtx_error **error);

/**
 * Takes the next item where there is one, and does not wait. DTX_OK with *item NULL is none yet
 * where *ended is 0, and the end where it is 1: the batch is finished, and all of its items are
 * taken.
 * Owner: *item is yours up to dtx_item_free; *error as everywhere. Threads: any number at once.
 */
int dtx_batch_try_next(dtx_batch *batch, dtx_item **item, int *ended, dtx_error **error);

/**
 * Has done told the next item, or the end, as soon as there is one: exactly once, at once or later.
 * It can be asked again from within done, for item after item. DTX_INVALID_ARGUMENT: batch or
 * done is NULL, or the batch was asked before and has not told yet; then done is not called.
 * A batch that is freed tells, too: an item or the end. Where done asks again, free the batch only
 * after the end was told.
 * Owner: context stays yours, keep it until done was called; *error as everywhere. Threads: any
 * number at once.
 */
int dtx_batch_submit_next(dtx_batch *batch, dtx_item_fn done, void *context, dtx_error **error);

/**
 * Frees an item with its deletion or error and all texts; NULL is fine.
 * Owner: ends your ownership. Threads: one, when no other uses the item or a part of it.
 */
void dtx_item_free(dtx_item *item);

/**
 * The contact, as it was pushed.
 * Owner: the item; valid until it is freed. Threads: any number at once.
 */
const char *dtx_item_user_id(const dtx_item *item);

/**
 * The deletion where the contact is gone, or NULL.
 * Owner: the item; do not free it, it is valid until the item is freed. Threads: any number at
 * once.
 */
const dtx_deletion *dtx_item_deletion(const dtx_item *item);

/**
 * The error where the contact was not deleted, or nobody knows; or NULL.
 * Owner: the item; do not free it, it is valid until the item is freed. Threads: any number at
 * once.
 */
const dtx_error *dtx_item_error(const dtx_item *item);

/**
 * 1 if the contact was not called as the batch had stopped or was finished; otherwise 0.
 * Owner: nothing changes hands. Threads: any number at once.
 */
int dtx_item_not_attempted(const dtx_item *item);

/**
 * When it was known what came of the contact, in UTC as RFC 3339: "2026-11-23T03:31:38.274Z". For
 * what an earlier batch settled it is the time in its journal.
 * Owner: the item; valid until it is freed. Threads: any number at once.
 */
const char *dtx_item_time(const dtx_item *item);

/**
 * 1 if an earlier batch with the same journal settled it, so that it was not called now; otherwise
 * 0.
 * Owner: nothing changes hands. Threads: any number at once.
 */
int dtx_item_settled_before(const dtx_item *item);

/**
 * All of it as one JSON object, the same in every language: the outcome, time and settled_before.
 * Its status is "deleted", "absent", "failed" or "not_attempted".
 * Owner: the item; valid until it is freed. Threads: any number at once.
 */
const char *dtx_item_json(const dtx_item *item);

/**
 * Reads journals that batches left behind, from end to end, and leaves them as they are. About 32
 * bytes are kept of an id; a batch may be writing a file. In one file the last line about an id
 * counts; docs/journal.md has the rule for several. A file that cannot be read, is empty, is no
 * journal or is damaged before its last line is DTX_JOURNAL, with a message that names file and
 * line.
 * Owner: the texts are yours; *journal is yours up to dtx_journal_free; *error as everywhere.
 * Threads: any number at once.
 */
int dtx_journal_read(const char *const *paths,
                     uint64_t count,
                     dtx_journal **journal,
                     dtx_error **error);

/**
 * Frees what was read; NULL is fine. Entries live on.
 * Owner: ends your ownership. Threads: one, when no other uses the journal.
 */
void dtx_journal_free(dtx_journal *journal);

/**
 * What is said of the next id, in the order of the files and of the lines that say so: one entry an
 * id. At the end *entry is NULL and the result DTX_OK. DTX_JOURNAL where a file was changed
 * meanwhile.
 * Owner: *entry is yours up to dtx_journal_entry_free; *error as everywhere. Threads: any number at
 * once; each entry goes to one of them, the end to all.
 */
int dtx_journal_next(dtx_journal *journal, dtx_journal_entry **entry, dtx_error **error);

/**
 * Frees an entry with all texts; NULL is fine.
 * Owner: ends your ownership. Threads: one, when no other uses the entry.
 */
void dtx_journal_entry_free(dtx_journal_entry *entry);

/**
 * The contact, as it was pushed.
 * Owner: the entry; valid until it is freed. Threads: any number at once.
 */
const char *dtx_journal_entry_user_id(const dtx_journal_entry *entry);

/**
 * What became of it, as a dtx_journal_state; 0 for NULL.
 * Owner: nothing changes hands. Threads: any number at once.
 */
int dtx_journal_entry_state(const dtx_journal_entry *entry);

/**
 * When that was known, in UTC as RFC 3339: "2026-11-23T03:31:38.274Z"; of a call that was cut off,
 * when it was announced.
 * Owner: the entry; valid until it is freed. Threads: any number at once.
 */
const char *dtx_journal_entry_time(const dtx_journal_entry *entry);

/**
 * Which of the batches that wrote the journal says so, from 1; 0 for NULL.
 * Owner: nothing changes hands. Threads: any number at once.
 */
uint64_t dtx_journal_entry_run(const dtx_journal_entry *entry);

/**
 * How many delete requests were written to a connection: 1 and *attempts, or 0 where that is not
 * known, as the call was cut off.
 * Owner: nothing changes hands. Threads: any number at once.
 */
int dtx_journal_entry_attempts(const dtx_journal_entry *entry, uint32_t *attempts);

/**
 * The id under which DingTalk's support finds the call, or NULL.
 * Owner: the entry; valid until it is freed. Threads: any number at once.
 */
const char *dtx_journal_entry_request_id(const dtx_journal_entry *entry);

/**
 * Of a failure its kind, as a dtx_result; DTX_OK where there is none, and for NULL.
 * Owner: nothing changes hands. Threads: any number at once.
 */
int dtx_journal_entry_kind(const dtx_journal_entry *entry);

/**
 * Of a failure, the service's code that decides, or NULL.
 * Owner: the entry; valid until it is freed. Threads: any number at once.
 */
const char *dtx_journal_entry_code(const dtx_journal_entry *entry);

/**
 * What happened, as a phrase of one line; of a code, what it means.
 * Owner: the entry; valid until it is freed. Threads: any number at once.
 */
const char *dtx_journal_entry_meaning(const dtx_journal_entry *entry);

/**
 * The file that says so.
 * Owner: the entry; valid until it is freed. Threads: any number at once.
 */
const char *dtx_journal_entry_journal(const dtx_journal_entry *entry);

/**
 * Where the requests went.
 * Owner: the entry; valid until it is freed. Threads: any number at once.
 */
const char *dtx_journal_entry_endpoint(const dtx_journal_entry *entry);

/**
 * The app, where the client had an app's credentials, or NULL.
 * Owner: the entry; valid until it is freed. Threads: any number at once.
 */
const char *dtx_journal_entry_app_key(const dtx_journal_entry *entry);

/**
 * All of it as one JSON object, the same in every language.
 * Owner: the entry; valid until it is freed. Threads: any number at once.
 */
const char *dtx_journal_entry_json(const dtx_journal_entry *entry);

/**
 * Says what stands and what is missing before contacts can be deleted, step by step: credentials,
 * name lookup, proxy, connection, TLS, clock, token, the permission to read (by a page of one
 * contact), white list, limits. Nothing is deleted. Where write is not 0, the permission to delete is
 * tried, too, by a deletion of an id that cannot exist, and only after the service has said that
 * there is no such contact. A step that fails is no error: it stands in the result. Waits on the
 * calling thread.
 * call: options of these calls and the means to cancel them, or NULL.
 * Owner: *check is yours up to dtx_check_free, or NULL on failure; *error as everywhere. Threads:
 * any number at once with one client.
 */
int dtx_client_check(const dtx_client *client,
                     int write,
                     const dtx_call *call,
                     dtx_check **check,
                     dtx_error **error);

/**
 * Frees a check with its steps and all texts; NULL is fine.
 * Owner: ends your ownership. Threads: one, when no other uses the check or a part of it.
 */
void dtx_check_free(dtx_check *check);

/**
 * 1 where no step failed and none is left unknown, else 0.
 * Owner: nothing changes hands. Threads: any number at once.
 */
int dtx_check_ok(const dtx_check *check);

/**
 * How many steps there are; 0 for NULL.
 * Owner: nothing changes hands. Threads: any number at once.
 */
uint64_t dtx_check_step_count(const dtx_check *check);

/**
 * A step by its place from 0, in the order in which a call needs them; NULL from
 * dtx_check_step_count on.
 * Owner: the check; do not free it, it is valid until the check is freed. Threads: any number at
 * once.
 */
const dtx_check_step *dtx_check_step_at(const dtx_check *check, uint64_t place);

/**
 * What it looks at: "credentials", "lookup", "proxy", "connection", "tls", "clock", "token",
 * "read_permission", "white_list", "limits" or "write_permission"; a later version may look at more.
 * Owner: the check; valid until it is freed. Threads: any number at once.
 */
const char *dtx_check_step_name(const dtx_check_step *step);

/**
 * What came of it, as a dtx_check_status; 0 for NULL.
 * Owner: nothing changes hands. Threads: any number at once.
 */
int dtx_check_step_status(const dtx_check_step *step);

/**
 * What was found, in one line for people.
 * Owner: the check; valid until it is freed. Threads: any number at once.
 */
const char *dtx_check_step_text(const dtx_check_step *step);

/**
 * What to do, or NULL where nothing is to be done.
 * Owner: the check; valid until it is freed. Threads: any number at once.
 */
const char *dtx_check_step_advice(const dtx_check_step *step);

/**
 * The error that it ended with, or NULL.
 * Owner: the check; do not free it, it is valid until the check is freed. Threads: any number at
 * once.
 */
const dtx_error *dtx_check_step_error(const dtx_check_step *step);

/**
 * What the service really answered, as a JSON object that is fit to be shown to others: codes,
 * request ids, sizes and types, without names, credentials and addresses.
 * Owner: the check; valid until it is freed. Threads: any number at once.
 */
const char *dtx_check_report(const dtx_check *check);

/**
 * All of it as one JSON object, the same in every language: ok; steps, each with step, status (ok,
 * warning, failed, unknown or skipped), text and, where there are, advice and error; and the report.
 * Owner: the check; valid until it is freed. Threads: any number at once.
 */
const char *dtx_check_json(const dtx_check *check);

/**
 * Frees a deletion and its texts; NULL is fine.
 * Owner: ends your ownership. Threads: one, when no other uses the deletion or its texts.
 */
void dtx_deletion_free(dtx_deletion *deletion);

/**
 * How it came to be gone, as a dtx_status; 0 for NULL.
 * Owner: nothing changes hands. Threads: any number at once.
 */
int dtx_deletion_status(const dtx_deletion *deletion);

/**
 * The contact, as it was given.
 * Owner: the deletion; valid until it is freed. Threads: any number at once.
 */
const char *dtx_deletion_user_id(const dtx_deletion *deletion);

/**
 * The id under which DingTalk's support finds the call, or NULL.
 * Owner: the deletion; valid until it is freed. Threads: any number at once.
 */
const char *dtx_deletion_request_id(const dtx_deletion *deletion);

/**
 * How many delete requests were written to a connection.
 * Owner: nothing changes hands. Threads: any number at once.
 */
uint32_t dtx_deletion_attempts(const dtx_deletion *deletion);

/**
 * 1 if the contact is absent and this call may have deleted it, in an earlier request whose
 * reply was lost; otherwise 0.
 * Owner: nothing changes hands. Threads: any number at once.
 */
int dtx_deletion_maybe_deleted(const dtx_deletion *deletion);

/**
 * All of it as one JSON object, the same in every language.
 * Owner: the deletion; valid until it is freed. Threads: any number at once.
 */
const char *dtx_deletion_json(const dtx_deletion *deletion);

/**
 * Asks for the record of the contact user_id: to look whether it is still there, or to keep a copy.
 * DTX_INVALID_USER_ID: there is no such contact. Waits as dtx_client_delete does. The app needs the
 * permission point qyapi_ext_read.
 * call: the timeout of this call and the means to cancel it, or NULL; its missing_ok is for
 * deletions.
 * Owner: *contact is yours up to dtx_contact_free, or NULL on failure; *error as everywhere.
 * Threads: any number at once with one client.
 */
int dtx_client_get(const dtx_client *client,
                   const char *user_id,
                   const dtx_call *call,
                   dtx_contact **contact,
                   dtx_error **error);

/**
 * Begins to read all contacts of the organisation. Nothing is sent yet.
 * Owner: *contacts is yours up to dtx_contacts_free, or NULL on failure; *error as everywhere. The
 * client can be freed before. Threads: any number at once with one client.
 */
int dtx_client_contacts(const dtx_client *client, dtx_contacts **contacts, dtx_error **error);

/**
 * Frees what reads all contacts; NULL is fine. Contacts live on.
 * Owner: ends your ownership. Threads: one, when no other uses it.
 */
void dtx_contacts_free(dtx_contacts *contacts);

/**
 * The next contact. A page of a hundred is read when it is needed; the calling thread waits for it.
 * Contacts may be deleted between two of these calls: what is there from the start to the end comes
 * out, and once. At the end *contact is NULL and the result DTX_OK. After a failure the same page
 * can be asked for again. The app needs the permission point qyapi_ext_read.
 * call: the timeout of a page and the means to cancel it, or NULL; its missing_ok is for deletions.
 * Owner: *contact is yours up to dtx_contact_free; *error as everywhere. Threads: any number at
 * once; one reads and the others wait for it.
 */
int dtx_contacts_next(dtx_contacts *contacts,
                      const dtx_call *call,
                      dtx_contact **contact,
                      dtx_error **error);

/**
 * Frees a contact with all texts; NULL is fine.
 * Owner: ends your ownership. Threads: one, when no other uses the contact.
 */
void dtx_contact_free(dtx_contact *contact);

/**
 * The id, as dtx_client_delete takes it.
 * Owner: the contact; valid until it is freed. Threads: any number at once.
 */
const char *dtx_contact_user_id(const dtx_contact *contact);

/**
 * A field of text: "name", "mobile", "state_code", "company_name", "title", "email", "address",
 * "remark" or "follower_user_id". NULL where it is missing or empty, and for another name.
 * Owner: the contact; valid until it is freed. Threads: any number at once.
 */
const char *dtx_contact_text(const dtx_contact *contact, const char *field);

/**
 * How many ids a field lists: "label_ids", "share_dept_ids" or "share_user_ids". 0 for another name.
 * Owner: nothing changes hands. Threads: any number at once.
 */
uint64_t dtx_contact_id_count(const dtx_contact *contact,
                              const char *field);

/**
 * An id of such a field as text, by its place from 0; NULL from dtx_contact_id_count on.
 * Owner: the contact; valid until it is freed. Threads: any number at once.
 */
const char *dtx_contact_id(const dtx_contact *contact, const char *field, uint64_t place);

/**
 * The whole record as one JSON object, with the names and values of the service.
 * Owner: the contact; valid until it is freed. Threads: any number at once.
 */
const char *dtx_contact_record(const dtx_contact *contact);

/**
 * All of it as one JSON object, the same in every language: user_id, the fields above under their
 * names, ids as text, and the record.
 * Owner: the contact; valid until it is freed. Threads: any number at once.
 */
const char *dtx_contact_json(const dtx_contact *contact);

/**
 * Creates the contact of a record again, under a new id: of dtx_contact_record, or of a line of a
 * backup. What the service does not take is lost: the id, the e-mail address, the history. Nobody is
 * created twice: the old id is asked for first, and who is still there stays. Then one request is
 * sent, and sent again only where it was certainly refused. Without a certain answer the result is
 * DTX_OK and the status DTX_RESTORE_MAY_BE_CREATED, also after a cancel; call again with look_first
 * then. A failure means that it was not created. Waits on the calling thread. The app needs the
 * permission points qyapi_ext_read and qyapi_ext_write.
 * record: a JSON object. look_first: not 0 where an earlier call may have created it: all contacts
 * are looked through for one with its number first. call: the timeout of each request's call and the
 * means to cancel them, or NULL.
 * Owner: *restoration is yours up to dtx_restoration_free, or NULL on failure; *error as everywhere.
 * Threads: any number at once with one client.
 */
int dtx_client_restore(const dtx_client *client,
                       const char *record,
                       int look_first,
                       const dtx_call *call,
                       dtx_restoration **restoration,
                       dtx_error **error);

/**
 * Frees what came of a restoring with its texts; NULL is fine.
 * Owner: ends your ownership. Threads: one, when no other uses it.
 */
void dtx_restoration_free(dtx_restoration *restoration);

/**
 * The id that the record has.
 * Owner: the restoration; valid until it is freed. Threads: any number at once.
 */
const char *dtx_restoration_old_user_id(const dtx_restoration *restoration);

/**
 * What came of it, as a dtx_restore_status; 0 for NULL.
 * Owner: nothing changes hands. Threads: any number at once.
 */
int dtx_restoration_status(const dtx_restoration *restoration);

/**
 * The id of the contact now: a new one where it was created, the old one where it is still there;
 * NULL where it is not known.
 * Owner: the restoration; valid until it is freed. Threads: any number at once.
 */
const char *dtx_restoration_user_id(const dtx_restoration *restoration);

/**
 * The id under which DingTalk's support finds the call, or NULL.
 * Owner: the restoration; valid until it is freed. Threads: any number at once.
 */
const char *dtx_restoration_request_id(const dtx_restoration *restoration);

/**
 * How many requests to create it were written to a connection.
 * Owner: nothing changes hands. Threads: any number at once.
 */
uint32_t dtx_restoration_attempts(const dtx_restoration *restoration);

/**
 * Why something is not known, in one line for people, or NULL.
 * Owner: the restoration; valid until it is freed. Threads: any number at once.
 */
const char *dtx_restoration_problem(const dtx_restoration *restoration);

/**
 * All of it as one JSON object, the same in every language: old_user_id, status, attempts and, where
 * known, user_id, request_id and problem.
 * Owner: the restoration; valid until it is freed. Threads: any number at once.
 */
const char *dtx_restoration_json(const dtx_restoration *restoration);

/**
 * Frees an error and its texts; NULL is fine.
 * Owner: ends your ownership. Threads: one, when no other uses the error or its texts.
 */
void dtx_error_free(dtx_error *error);

/**
 * The kind, as a dtx_result: what the failed function returned; DTX_OK for NULL.
 * Owner: nothing changes hands. Threads: any number at once.
 */
int dtx_error_kind(const dtx_error *error);

/**
 * One line for people: to which contact, what, and whether it may be gone.
 * Owner: the error; valid until it is freed. Threads: any number at once.
 */
const char *dtx_error_message(const dtx_error *error);

/**
 * What to do now, for people.
 * Owner: the error; valid until it is freed. Threads: any number at once.
 */
const char *dtx_error_advice(const dtx_error *error);

/**
 * The code that decides, such as "33012" or "isp.-1", or NULL.
 * Owner: the error; valid until it is freed. Threads: any number at once.
 */
const char *dtx_error_code(const dtx_error *error);

/**
 * The errcode as the service sent it: returns 1 and writes *errcode, or returns 0 where it is
 * not known. errcode may be NULL.
 * Owner: nothing changes hands. Threads: any number at once.
 */
int dtx_error_errcode(const dtx_error *error, int64_t *errcode);

/**
 * The service's own words, or NULL.
 * Owner: the error; valid until it is freed. Threads: any number at once.
 */
const char *dtx_error_errmsg(const dtx_error *error);

/**
 * The sub_code as the service sent it, or NULL.
 * Owner: the error; valid until it is freed. Threads: any number at once.
 */
const char *dtx_error_sub_code(const dtx_error *error);

/**
 * The service's words on the sub_code, or NULL.
 * Owner: the error; valid until it is freed. Threads: any number at once.
 */
const char *dtx_error_sub_msg(const dtx_error *error);

/**
 * The id under which DingTalk's support finds the call, or NULL.
 * Owner: the error; valid until it is freed. Threads: any number at once.
 */
const char *dtx_error_request_id(const dtx_error *error);

/**
 * The HTTP status of the last reply: returns 1 and writes *http_status, or returns 0 where
 * there was none. http_status may be NULL.
 * Owner: nothing changes hands. Threads: any number at once.
 */
int dtx_error_http_status(const dtx_error *error, int *http_status);

/**
 * How long to wait before the next call: returns 1 and writes *retry_after_ms, or returns 0
 * where that is not known. retry_after_ms may be NULL.
 * Owner: nothing changes hands. Threads: any number at once.
 */
int dtx_error_retry_after_ms(const dtx_error *error, uint64_t *retry_after_ms);

/**
 * How many delete requests were written to a connection.
 * Owner: nothing changes hands. Threads: any number at once.
 */
uint32_t dtx_error_attempts(const dtx_error *error);

/**
 * 1 if the same call may pass later, unchanged; otherwise 0.
 * Owner: nothing changes hands. Threads: any number at once.
 */
int dtx_error_retryable(const dtx_error *error);

/**
 * 1 if the contact may be gone all the same: a request went out and no certain answer came
 * back; otherwise 0.
 * Owner: nothing changes hands. Threads: any number at once.
 */
int dtx_error_maybe_deleted(const dtx_error *error);

/**
 * The contact that the call was about, or NULL.
 * Owner: the error; valid until it is freed. Threads: any number at once.
 */
const char *dtx_error_user_id(const dtx_error *error);

/**
 * All of it as one JSON object, the same in every language; times in seconds.
 * Owner: the error; valid until it is freed. Threads: any number at once.
 */
const char *dtx_error_json(const dtx_error *error);

/**
 * Sets the one sink of this process for log lines up to a level (DTX_LOG_OFF to DTX_LOG_DEBUG);
 * without it nothing is logged. NULL, or DTX_LOG_OFF, ends it. DTX_INVALID_ARGUMENT for another
 * number, and then nothing changes.
 * Owner: context stays yours. Lines that are on their way when the sink is replaced still come with
 * the old one: keep it until every call that began before has returned and every batch has given its
 * last item. Where a batch was freed before, for as long as the process lives. Threads: any, at any
 * time.
 */
int dtx_set_log(int level,
                dtx_log_fn log,
                void *context);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* DINGTALK_EXTCONTACT_H */
