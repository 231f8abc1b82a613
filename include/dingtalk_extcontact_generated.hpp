// A part of dingtalk_extcontact.hpp.
// Made of dingtalk_extcontact.h by tools/declarations; `make header` renews it.
#ifndef DINGTALK_EXTCONTACT_HPP
#error "include dingtalk_extcontact.hpp, which includes this"
#endif
#ifndef DINGTALK_EXTCONTACT_GENERATED_HPP
#define DINGTALK_EXTCONTACT_GENERATED_HPP

namespace dingtalk {

namespace detail {

struct Free {
  void operator()(dtx_batch *handle) const noexcept { dtx_batch_free(handle); }
  void operator()(dtx_batch_options *handle) const noexcept { dtx_batch_options_free(handle); }
  void operator()(dtx_call *handle) const noexcept { dtx_call_free(handle); }
  void operator()(dtx_check *handle) const noexcept { dtx_check_free(handle); }
  void operator()(dtx_client *handle) const noexcept { dtx_client_free(handle); }
  void operator()(dtx_contact *handle) const noexcept { dtx_contact_free(handle); }
  void operator()(dtx_contacts *handle) const noexcept { dtx_contacts_free(handle); }
  void operator()(dtx_deletion *handle) const noexcept { dtx_deletion_free(handle); }
  void operator()(dtx_error *handle) const noexcept { dtx_error_free(handle); }
  void operator()(dtx_item *handle) const noexcept { dtx_item_free(handle); }
  void operator()(dtx_journal *handle) const noexcept { dtx_journal_free(handle); }
  void operator()(dtx_journal_entry *handle) const noexcept { dtx_journal_entry_free(handle); }
  void operator()(dtx_options *handle) const noexcept { dtx_options_free(handle); }
  void operator()(dtx_restoration *handle) const noexcept { dtx_restoration_free(handle); }
};

template <class T> using Handle = std::unique_ptr<T, Free>;

} // namespace detail

// The good end of a call: the contact is gone. It never changes. Another object owns it, and it
// lives as long as that.
class DeletionView {
public:
  explicit DeletionView(const dtx_deletion *handle) noexcept : handle_(handle) {}
  const dtx_deletion *get() const noexcept { return handle_; }
  // How it came to be gone, one of dtx_status.
  int status() const noexcept { return dtx_deletion_status(get()); }
  // The service deleted it now.
  bool deleted() const noexcept { return status() == DTX_STATUS_DELETED; }
  // The service knows no such contact, and that is fine: missing_ok is set, or an earlier request
  // of the same call may have deleted it.
  bool absent() const noexcept { return status() == DTX_STATUS_ABSENT; }
  // The contact, as it was given.
  const char *user_id() const noexcept { return dtx_deletion_user_id(get()); }
  // The id under which DingTalk's support finds the call, or null.
  const char *request_id() const noexcept { return dtx_deletion_request_id(get()); }
  // How many delete requests were written to a connection.
  uint32_t attempts() const noexcept { return dtx_deletion_attempts(get()); }
  // Whether the contact is absent and this call may have deleted it, in an earlier request whose
  // reply was lost.
  bool maybe_deleted() const noexcept { return dtx_deletion_maybe_deleted(get()) != 0; }
  // All of it as one JSON object, the same in every language.
  const char *json() const noexcept { return dtx_deletion_json(get()); }

private:
  const dtx_deletion *handle_;
};

// The good end of a call: the contact is gone. It never changes.
class Deletion : public DeletionView {
public:
  explicit Deletion(dtx_deletion *handle) noexcept : DeletionView(handle), handle_(handle) {}

private:
  detail::Handle<dtx_deletion> handle_;
};

// Why a contact was not deleted, or a client not made. Branch on the kind, record the rest; a
// field that is not known is null, or false with nothing written. No text holds a token, an app
// secret or a proxy's password. It never changes. Another object owns it, and it lives as long as
// that.
class ErrorView {
public:
  explicit ErrorView(const dtx_error *handle) noexcept : handle_(handle) {}
  const dtx_error *get() const noexcept { return handle_; }
  // The kind, one of dtx_result: what the failed function returned.
  int kind() const noexcept { return dtx_error_kind(get()); }
  const char *kind_name() const noexcept { return dtx_result_name(kind()); }
  // One line for people: to which contact, what, and whether it may be gone.
  const char *message() const noexcept { return dtx_error_message(get()); }
  // What to do now, for people.
  const char *advice() const noexcept { return dtx_error_advice(get()); }
  // The code that decides, such as "33012" or "isp.-1", or null.
  const char *code() const noexcept { return dtx_error_code(get()); }
  // The errcode as the service sent it; false, and nothing written, where it is not known.
  bool errcode(int64_t &errcode) const noexcept { return dtx_error_errcode(get(), &errcode) != 0; }
  // The service's own words, or null.
  const char *errmsg() const noexcept { return dtx_error_errmsg(get()); }
  // The sub_code as the service sent it, or null.
  const char *sub_code() const noexcept { return dtx_error_sub_code(get()); }
  // The service's words on the sub_code, or null.
  const char *sub_msg() const noexcept { return dtx_error_sub_msg(get()); }
  // The id under which DingTalk's support finds the call, or null.
  const char *request_id() const noexcept { return dtx_error_request_id(get()); }
  // The HTTP status of the last reply; false, and nothing written, where there was none.
  bool http_status(int &http_status) const noexcept {
    return dtx_error_http_status(get(), &http_status) != 0;
  }
  // How long to wait before the next call; false, and nothing written, where that is not known.
  bool retry_after(Milliseconds &retry_after) const noexcept {
    uint64_t ms = 0;
    if (!dtx_error_retry_after_ms(get(), &ms))
      return false;
    retry_after = Milliseconds(static_cast<Milliseconds::rep>(ms));
    return true;
  }
  // How many delete requests were written to a connection.
  uint32_t attempts() const noexcept { return dtx_error_attempts(get()); }
  // Whether the same call may pass later, unchanged.
  bool retryable() const noexcept { return dtx_error_retryable(get()) != 0; }
  // Whether the contact may be gone all the same: a request went out and no certain answer came
  // back.
  bool maybe_deleted() const noexcept { return dtx_error_maybe_deleted(get()) != 0; }
  // The contact that the call was about, or null.
  const char *user_id() const noexcept { return dtx_error_user_id(get()); }
  // All of it as one JSON object, the same in every language; times in seconds.
  const char *json() const noexcept { return dtx_error_json(get()); }

private:
  const dtx_error *handle_;
};

// What came of one id of a batch: it has a deletion, or an error, or it was not attempted. It
// never changes.
class Item {
public:
  explicit Item(dtx_item *handle = nullptr) noexcept : handle_(handle) {}
  dtx_item *get() const noexcept { return handle_.get(); }
  // False: the end.
  explicit operator bool() const noexcept { return handle_ != nullptr; }
  // The contact, as it was pushed.
  const char *user_id() const noexcept { return dtx_item_user_id(get()); }
  bool has_deletion() const noexcept { return dtx_item_deletion(get()) != nullptr; }
  // The deletion where the contact is gone; ask has_deletion first.
  DeletionView deletion() const noexcept { return DeletionView(dtx_item_deletion(get())); }
  bool has_error() const noexcept { return dtx_item_error(get()) != nullptr; }
  // The error where the contact was not deleted, or nobody knows; ask has_error first.
  ErrorView error() const noexcept { return ErrorView(dtx_item_error(get())); }
  // Whether the contact was not called as the batch had stopped or was finished.
  bool not_attempted() const noexcept { return dtx_item_not_attempted(get()) != 0; }
  // When it was known what came of the contact, in UTC as RFC 3339: "2026-11-23T03:31:38.274Z". For
  // what an earlier batch settled it is the time in its journal.
  const char *time() const noexcept { return dtx_item_time(get()); }
  // Whether an earlier batch with the same journal settled it, so that it was not called now.
  bool settled_before() const noexcept { return dtx_item_settled_before(get()) != 0; }
  // All of it as one JSON object, the same in every language: the outcome, time and settled_before.
  // Its status is "deleted", "absent", "failed" or "not_attempted".
  const char *json() const noexcept { return dtx_item_json(get()); }

private:
  detail::Handle<dtx_item> handle_;
};

// A step of a check. It never changes. Another object owns it, and it lives as long as that.
class CheckStep {
public:
  explicit CheckStep(const dtx_check_step *handle) noexcept : handle_(handle) {}
  const dtx_check_step *get() const noexcept { return handle_; }
  // What it looks at: "credentials", "lookup", "proxy", "connection", "tls", "clock", "token",
  // "read_permission", "white_list", "limits" or "write_permission"; a later version may look at
  // more.
  const char *name() const noexcept { return dtx_check_step_name(get()); }
  // What came of it, one of dtx_check_status.
  int status() const noexcept { return dtx_check_step_status(get()); }
  // As it should be.
  bool ok() const noexcept { return status() == DTX_CHECK_OK; }
  // It keeps no call from passing, but should be seen to.
  bool warning() const noexcept { return status() == DTX_CHECK_WARNING; }
  // It keeps calls from passing.
  bool failed() const noexcept { return status() == DTX_CHECK_FAILED; }
  // What the service answered does not tell.
  bool unknown() const noexcept { return status() == DTX_CHECK_UNKNOWN; }
  // Not looked at, as it does not apply, was not asked for, or a step before it failed.
  bool skipped() const noexcept { return status() == DTX_CHECK_SKIPPED; }
  // What was found, in one line for people.
  const char *text() const noexcept { return dtx_check_step_text(get()); }
  // What to do, or null where nothing is to be done.
  const char *advice() const noexcept { return dtx_check_step_advice(get()); }
  bool has_error() const noexcept { return dtx_check_step_error(get()) != nullptr; }
  // The error that it ended with; ask has_error first.
  ErrorView error() const noexcept { return ErrorView(dtx_check_step_error(get())); }

private:
  const dtx_check_step *handle_;
};

// What stands and what is missing before contacts can be deleted. It never changes.
class Check {
public:
  explicit Check(dtx_check *handle) noexcept : handle_(handle) {}
  dtx_check *get() const noexcept { return handle_.get(); }
  // Whether no step failed and none is left unknown.
  bool ok() const noexcept { return dtx_check_ok(get()) != 0; }
  // Each step, in the order in which a call needs them.
  std::vector<CheckStep> steps() const {
    std::vector<CheckStep> all;
    const uint64_t count = dtx_check_step_count(get());
    for (uint64_t place = 0; place < count; place++)
      all.emplace_back(dtx_check_step_at(get(), place));
    return all;
  }
  // What the service really answered, as a JSON object that is fit to be shown to others: codes,
  // request ids, sizes and types, without names, credentials and addresses.
  const char *report() const noexcept { return dtx_check_report(get()); }
  // All of it as one JSON object, the same in every language: ok; steps, each with step, status
  // (ok, warning, failed, unknown or skipped), text and, where there are, advice and error; and the
  // report.
  const char *json() const noexcept { return dtx_check_json(get()); }

private:
  detail::Handle<dtx_check> handle_;
};

// An external contact. All of it is personal data. It never changes.
class Contact {
public:
  explicit Contact(dtx_contact *handle = nullptr) noexcept : handle_(handle) {}
  dtx_contact *get() const noexcept { return handle_.get(); }
  // False: the end.
  explicit operator bool() const noexcept { return handle_ != nullptr; }
  // The id, as Client::remove() takes it.
  const char *user_id() const noexcept { return dtx_contact_user_id(get()); }
  // A field of text: "name", "mobile", "state_code", "company_name", "title", "email", "address",
  // "remark" or "follower_user_id". It is null where it is missing or empty, and for another name.
  const char *text(const std::string &field) const {
    return dtx_contact_text(get(), detail::text(field, "field"));
  }
  // The ids that a field lists: "label_ids", "share_dept_ids" or "share_user_ids". None for another
  // name.
  std::vector<std::string> ids(const std::string &field) const {
    std::vector<std::string> all;
    const uint64_t count = dtx_contact_id_count(get(), detail::text(field, "field"));
    for (uint64_t place = 0; place < count; place++)
      all.emplace_back(dtx_contact_id(get(), detail::text(field, "field"), place));
    return all;
  }
  // The whole record as one JSON object, with the names and values of the service.
  const char *record() const noexcept { return dtx_contact_record(get()); }
  // All of it as one JSON object, the same in every language: user_id, the fields above under their
  // names, ids as text, and the record.
  const char *json() const noexcept { return dtx_contact_json(get()); }

private:
  detail::Handle<dtx_contact> handle_;
};

// All contacts of an organisation: Contacts::next() has one after the other. After fork a child
// makes its own.
class Contacts {
public:
  explicit Contacts(dtx_contacts *handle) noexcept : handle_(handle) {}
  dtx_contacts *get() const noexcept { return handle_.get(); }
  // The next contact. A page of a hundred is read when it is needed; the calling thread waits for
  // it. Contacts may be deleted between two of these calls: what is there from the start to the end
  // comes out, and once. After a failure the same page can be asked for again. The app needs the
  // permission point qyapi_ext_read. False: the end.
  Contact next() { return Contact(detail::made<dtx_contact>(dtx_contacts_next, get(), nullptr)); }
  Contact next(const Call &call) {
    return Contact(detail::made<dtx_contact>(dtx_contacts_next, get(), detail::handle(call)));
  }

private:
  detail::Handle<dtx_contacts> handle_;
};

// What came of a record that was to be restored. It never changes.
class Restoration {
public:
  explicit Restoration(dtx_restoration *handle) noexcept : handle_(handle) {}
  dtx_restoration *get() const noexcept { return handle_.get(); }
  // The id that the record has.
  const char *old_user_id() const noexcept { return dtx_restoration_old_user_id(get()); }
  // What came of it, one of dtx_restore_status.
  int status() const noexcept { return dtx_restoration_status(get()); }
  // The contact was created again, under a new id.
  bool created() const noexcept { return status() == DTX_RESTORE_CREATED; }
  // The contact of the record exists, so nothing was created.
  bool still_there() const noexcept { return status() == DTX_RESTORE_STILL_THERE; }
  // The one request to create it went out, and no certain answer came.
  bool may_be_created() const noexcept { return status() == DTX_RESTORE_MAY_BE_CREATED; }
  // The id of the contact now: a new one where it was created, the old one where it is still there;
  // null where it is not known.
  const char *user_id() const noexcept { return dtx_restoration_user_id(get()); }
  // The id under which DingTalk's support finds the call, or null.
  const char *request_id() const noexcept { return dtx_restoration_request_id(get()); }
  // How many requests to create it were written to a connection.
  uint32_t attempts() const noexcept { return dtx_restoration_attempts(get()); }
  // Why something is not known, in one line for people, or null.
  const char *problem() const noexcept { return dtx_restoration_problem(get()); }
  // All of it as one JSON object, the same in every language: old_user_id, status, attempts and,
  // where known, user_id, request_id and problem.
  const char *json() const noexcept { return dtx_restoration_json(get()); }

private:
  detail::Handle<dtx_restoration> handle_;
};

// What journals say of one id. It never changes.
class JournalEntry {
public:
  explicit JournalEntry(dtx_journal_entry *handle = nullptr) noexcept : handle_(handle) {}
  dtx_journal_entry *get() const noexcept { return handle_.get(); }
  // False: the end.
  explicit operator bool() const noexcept { return handle_ != nullptr; }
  // The contact, as it was pushed.
  const char *user_id() const noexcept { return dtx_journal_entry_user_id(get()); }
  // What became of it, one of dtx_journal_state.
  int state() const noexcept { return dtx_journal_entry_state(get()); }
  // A run deleted it, or the service knows it no more after a request of ours whose reply was lost.
  bool gone() const noexcept { return state() == DTX_JOURNAL_GONE; }
  // The service knew no such contact, and no request of ours had been without an answer.
  bool was_not_there() const noexcept { return state() == DTX_JOURNAL_WAS_NOT_THERE; }
  // It was certainly not deleted: the service refused it, or the call was not made.
  bool not_deleted() const noexcept { return state() == DTX_JOURNAL_NOT_DELETED; }
  // A request went out, or may have, and no certain answer came.
  bool may_be_gone() const noexcept { return state() == DTX_JOURNAL_MAY_BE_GONE; }
  // When that was known, in UTC as RFC 3339: "2026-11-23T03:31:38.274Z"; of a call that was cut
  // off, when it was announced.
  const char *time() const noexcept { return dtx_journal_entry_time(get()); }
  // Which of the batches that wrote the journal says so, from 1.
  uint64_t run() const noexcept { return dtx_journal_entry_run(get()); }
  // How many delete requests were written to a connection; false, and nothing written, where that
  // is not known, as the call was cut off.
  bool attempts(uint32_t &attempts) const noexcept {
    return dtx_journal_entry_attempts(get(), &attempts) != 0;
  }
  // The id under which DingTalk's support finds the call, or null.
  const char *request_id() const noexcept { return dtx_journal_entry_request_id(get()); }
  // Of a failure its kind, one of dtx_result; DTX_OK where there is none.
  int kind() const noexcept { return dtx_journal_entry_kind(get()); }
  const char *kind_name() const noexcept { return dtx_result_name(kind()); }
  // Of a failure, the service's code that decides, or null.
  const char *code() const noexcept { return dtx_journal_entry_code(get()); }
  // What happened, as a phrase of one line; of a code, what it means.
  const char *meaning() const noexcept { return dtx_journal_entry_meaning(get()); }
  // The file that says so.
  const char *journal() const noexcept { return dtx_journal_entry_journal(get()); }
  // Where the requests went.
  const char *endpoint() const noexcept { return dtx_journal_entry_endpoint(get()); }
  // The app, where the client had an app's credentials, or null.
  const char *app_key() const noexcept { return dtx_journal_entry_app_key(get()); }
  // All of it as one JSON object, the same in every language.
  const char *json() const noexcept { return dtx_journal_entry_json(get()); }

private:
  detail::Handle<dtx_journal_entry> handle_;
};

namespace detail {

// What Batch has of the C header.
class BatchCalls {
public:
  explicit BatchCalls(dtx_batch *handle) noexcept : handle_(handle) {}
  dtx_batch *get() const noexcept { return handle_.get(); }
  // Whether the batch takes another id now, false while it has enough and after Batch::finish(). It
  // holds about twice as many ids as it calls side by side, so that memory is bounded whatever
  // their number.
  bool wants() const noexcept { return dtx_batch_wants(get()) != 0; }
  // Whether the batch pauses, as the service throttled it; it goes on by itself. If so, how long it
  // begins no call from now on is written.
  bool paused(Milliseconds &left) const noexcept {
    uint64_t ms = 0;
    if (!dtx_batch_paused(get(), &ms))
      return false;
    left = Milliseconds(static_cast<Milliseconds::rep>(ms));
    return true;
  }
  // How many ids were deleted up to now, by this batch or, where the journal says so, by an earlier
  // one.
  uint64_t deleted() const noexcept { return dtx_batch_deleted(get()); }
  // How many ids were no contact up to now, where that is fine.
  uint64_t absent() const noexcept { return dtx_batch_absent(get()); }
  // How many ids ended in an error up to now and may be gone all the same: a request went out, and
  // no certain answer came. They are not among the failed.
  uint64_t maybe_deleted() const noexcept { return dtx_batch_maybe_deleted(get()); }
  // How many ids ended in an error up to now and are not gone by a call of this batch.
  uint64_t failed() const noexcept { return dtx_batch_failed(get()); }
  // How many ids came out uncalled up to now, as the batch had stopped.
  uint64_t not_attempted() const noexcept { return dtx_batch_not_attempted(get()); }
  // How many of all these an earlier batch had settled, so that they were not called again.
  uint64_t settled_before() const noexcept { return dtx_batch_settled_before(get()); }
  // How many ids were pushed again and dropped up to now.
  uint64_t repeated() const noexcept { return dtx_batch_repeated(get()); }
  // How many delete requests this batch wrote up to now.
  uint64_t calls() const noexcept { return dtx_batch_calls(get()); }
  // Of how many ids the journal does not say what came of them, as it could not be written; the
  // next batch on it takes them for uncertain.
  uint64_t unrecorded() const noexcept { return dtx_batch_unrecorded(get()); }
  // The summary of the whole batch as one JSON object, the same in every language: the numbers,
  // start and end (RFC 3339), endpoint, app_key and why it stopped. It is null until its last item
  // is done.
  const char *summary_json() const noexcept { return dtx_batch_summary_json(get()); }
  // Hands over the id of a contact to delete, and does not wait. It is taken even if the batch does
  // not want one. An id that was pushed before is counted and dropped; one that cannot be an id
  // comes out as an item with an error. After Batch::finish() or a stop it comes out as not
  // attempted. DTX_INVALID_ARGUMENT: text that is not UTF-8, and nothing was pushed.
  void push(const std::string &user_id) {
    detail::run(dtx_batch_push, get(), detail::text(user_id, "user_id"));
  }
  // Takes the next item, and waits for it, with a call no longer than that says: its time limit is
  // one of this wait, and without it there is none. DTX_TIMEOUT and DTX_CANCELLED leave the batch
  // as it is and lose no item, so that it can be waited for again. The call's probe is asked at
  // once, even where an item is ready, and every 50 ms. So Ctrl-C ends the batch of a program with
  // one thread: its handler sets a flag, which the probe reads; after DTX_CANCELLED the program
  // calls Batch::cancel() and Batch::finish(), and takes the items that are left with
  // Batch::next(). False: the end.
  Item next() { return Item(detail::made<dtx_item>(dtx_batch_next_within, get(), nullptr)); }
  Item next(const Call &call) {
    return Item(detail::made<dtx_item>(dtx_batch_next_within, get(), detail::handle(call)));
  }
  // Says that no more ids come. Without it the items have no end.
  void finish() noexcept { dtx_batch_finish(get()); }
  // Starts no more calls; those under way finish. What was pushed and not called comes out as not
  // attempted. The end still needs Batch::finish().
  void stop() noexcept { dtx_batch_stop(get()); }
  // Stops, and cancels the calls under way: within 100 ms they come out as DTX_CANCELLED, with an
  // error that says whether the contact may be gone. The end still needs Batch::finish(). Not for
  // signal handlers, as it takes a lock.
  void cancel() noexcept { dtx_batch_cancel(get()); }

private:
  detail::Handle<dtx_batch> handle_;
};

// The setters of BatchOptions.
template <class Self>
class BatchOptionsSetters {
public:
  explicit BatchOptionsSetters(dtx_batch_options *handle) noexcept : handle_(handle) {}
  dtx_batch_options *get() const noexcept { return handle_.get(); }
  // Sets the option of this name from text, as Options::set() does, binding included: concurrency,
  // journal, backup, missing_ok, stop_on_missing.
  Self &set(const std::string &name, const std::string &text) {
    dtx_batch_options_set(get(), detail::text(name, "name"), detail::text(text, name.c_str()));
    return self();
  }
  // Sets how many calls run side by side, at most; 1 to 64. 8 unless set.
  Self &concurrency(uint32_t concurrency) {
    dtx_batch_options_set_concurrency(get(), concurrency);
    return self();
  }
  // Sets a file that records the batch: what is about to be deleted before each call, and what came
  // of it. A batch with the same file takes up what an earlier one left undone, and calls nothing
  // again that it settled. No file unless set.
  Self &journal(const std::string &journal) {
    dtx_batch_options_set_journal(get(), detail::text(journal, "journal"));
    return self();
  }
  // Sets a file that keeps the full record of each contact, on disk before its deletion: the only
  // way back there is. A contact whose record cannot be had is not deleted. All of it is personal
  // data; the app needs the permission point qyapi_ext_read. No file unless set.
  Self &backup(const std::string &backup) {
    dtx_batch_options_set_backup(get(), detail::text(backup, "backup"));
    return self();
  }
  // Sets whether "no such contact" ends an id as absent, instead of the client's missing_ok.
  Self &missing_ok(bool missing_ok) {
    dtx_batch_options_set_missing_ok(get(), missing_ok);
    return self();
  }
  // Sets whether the batch stops when 20 of the last 40 ids that were answered were "no such
  // contact", as in a damaged list, or one of people who are long gone; true unless set. With
  // missing_ok such ids are no errors and do not count.
  Self &stop_on_missing(bool stop_on_missing) {
    dtx_batch_options_set_stop_on_missing(get(), stop_on_missing);
    return self();
  }

private:
  Self &self() noexcept { return static_cast<Self &>(*this); }
  detail::Handle<dtx_batch_options> handle_;
};

// The setters of Call.
template <class Self>
class CallSetters {
public:
  explicit CallSetters(dtx_call *handle) noexcept : handle_(handle) {}
  dtx_call *get() const noexcept { return handle_.get(); }
  // Sets the option of this name from text, as Options::set() does, binding included: timeout,
  // missing_ok. What is wrong is reported by the call that it is used for.
  Self &set(const std::string &name, const std::string &text) {
    dtx_call_set(get(), detail::text(name, "name"), detail::text(text, name.c_str()));
    return self();
  }
  // Sets how long this call may take, from a millisecond to a day, instead of the client's timeout.
  Self &timeout(Milliseconds timeout) {
    dtx_call_set_timeout_ms(get(), detail::ms(timeout));
    return self();
  }
  // Sets whether "no such contact" ends this call as absent, instead of the client's missing_ok.
  Self &missing_ok(bool missing_ok) {
    dtx_call_set_missing_ok(get(), missing_ok);
    return self();
  }
  // Cancels a call: whatever it waits for ends within 100 ms, and Client::remove() throws an Error
  // of DTX_CANCELLED that says whether the contact may be gone. Harmless before, after and twice.
  // Not for signal handlers, as it takes a lock. It ends all deletions that were given this call,
  // and none of them sends anything from then on: one Call for a group of Client::submit() ends the
  // group. Calls that are cancelled one by one leave their places to those that wait behind them
  // and are not cancelled yet; cancel the newest first then.
  void cancel() const noexcept { dtx_call_cancel(get()); }

private:
  Self &self() noexcept { return static_cast<Self &>(*this); }
  detail::Handle<dtx_call> handle_;
};

// What Client has of the C header.
class ClientCalls {
public:
  explicit ClientCalls(dtx_client *handle) noexcept : handle_(handle) {}
  dtx_client *get() const noexcept { return handle_.get(); }
  // Deletes the contact user_id, sent byte for byte. Waits on the calling thread until the call has
  // ended. Any error: it was not deleted, or nobody knows; Error::maybe_deleted() says which.
  Deletion remove(const std::string &user_id) const {
    return Deletion(detail::made<dtx_deletion>(
        dtx_client_delete, get(), detail::text(user_id, "user_id"), nullptr));
  }
  Deletion remove(const std::string &user_id, const Call &call) const {
    return Deletion(detail::made<dtx_deletion>(
        dtx_client_delete, get(), detail::text(user_id, "user_id"), detail::handle(call)));
  }
  // Replaces the access token that the client was made with. Calls under way go on with the old
  // one, and take the new one up if the old one is refused. DTX_INVALID_ARGUMENT: it cannot be a
  // token, the client has app credentials, or it is closed.
  void set_access_token(const std::string &access_token) const {
    detail::run(dtx_client_set_access_token, get(), detail::text(access_token, "access_token"));
  }
  // Says what stands and what is missing before contacts can be deleted, step by step: credentials,
  // name lookup, proxy, connection, TLS, clock, token, the permission to read (by a page of one
  // contact), white list, limits. Nothing is deleted. Where write is true, the permission to delete
  // is tried, too, by a deletion of an id that cannot exist, and only after the service has said
  // that there is no such contact. A step that fails is no error: it stands in the result. Waits on
  // the calling thread.
  Check check(bool write = false) const {
    return Check(detail::made<dtx_check>(dtx_client_check, get(), write, nullptr));
  }
  Check check(bool write, const Call &call) const {
    return Check(detail::made<dtx_check>(dtx_client_check, get(), write, detail::handle(call)));
  }
  // Asks for the record of the contact user_id: to look whether it is still there, or to keep a
  // copy. Waits as Client::remove() does. The app needs the permission point qyapi_ext_read.
  // DTX_INVALID_USER_ID: there is no such contact.
  Contact contact(const std::string &user_id) const {
    return Contact(detail::made<dtx_contact>(
        dtx_client_get, get(), detail::text(user_id, "user_id"), nullptr));
  }
  Contact contact(const std::string &user_id, const Call &call) const {
    return Contact(detail::made<dtx_contact>(
        dtx_client_get, get(), detail::text(user_id, "user_id"), detail::handle(call)));
  }
  // Begins to read all contacts of the organisation. Nothing is sent yet.
  Contacts contacts() const {
    return Contacts(detail::made<dtx_contacts>(dtx_client_contacts, get()));
  }
  // Creates the contact of a record again, under a new id: of Contact::record(), or of a line of a
  // backup. What the service does not take is lost: the id, the e-mail address, the history. Nobody
  // is created twice: the old id is asked for first, and who is still there stays. Then one request
  // is sent, and sent again only where it was certainly refused. Without a certain answer the
  // status is DTX_RESTORE_MAY_BE_CREATED, also after a cancel; call again with look_first then.
  // Waits on the calling thread. The app needs the permission points qyapi_ext_read and
  // qyapi_ext_write. Any error: it was not created. record: a JSON object. look_first: true where
  // an earlier call may have created it: all contacts are looked through for one with its number
  // first.
  Restoration restore(const std::string &record, bool look_first = false) const {
    return Restoration(detail::made<dtx_restoration>(
        dtx_client_restore, get(), detail::text(record, "record"), look_first, nullptr));
  }
  Restoration restore(const std::string &record, bool look_first, const Call &call) const {
    return Restoration(detail::made<dtx_restoration>(
        dtx_client_restore, get(), detail::text(record, "record"), look_first, detail::handle(call)));
  }
  // Closes a client. Later calls are refused as DTX_INVALID_ARGUMENT, calls under way finish, idle
  // connections are closed. Doing it again does nothing. One of Client::shared() closes when the
  // last that there is of it is destroyed.
  void close() const noexcept { dtx_client_close(get()); }

private:
  detail::Handle<dtx_client> handle_;
};

// What Journal has of the C header.
class JournalCalls {
public:
  explicit JournalCalls(dtx_journal *handle) noexcept : handle_(handle) {}
  dtx_journal *get() const noexcept { return handle_.get(); }
  // What is said of the next id, in the order of the files and of the lines that say so: one entry
  // an id. DTX_JOURNAL where a file was changed meanwhile. False: the end.
  JournalEntry next() {
    return JournalEntry(detail::made<dtx_journal_entry>(dtx_journal_next, get()));
  }

private:
  detail::Handle<dtx_journal> handle_;
};

// The setters of Options.
template <class Self>
class OptionsSetters {
public:
  explicit OptionsSetters(dtx_options *handle) noexcept : handle_(handle) {}
  dtx_options *get() const noexcept { return handle_.get(); }
  // Sets the option of this name from text, whatever its type is: numbers in digits, times in
  // milliseconds, "true" or "false" ("1" or "0"). The names are those of the setters below:
  // access_token, app_key, app_secret, region, endpoint, timeout, attempt_timeout, connect_timeout,
  // max_attempts, rate, missing_ok, proxy, ca_file, language. For configuration files, and for
  // languages that need no new declaration for a new option then. One name is for packages of other
  // languages alone, which set it first: "binding", from "c" (the default), "cpp", "java", "php",
  // "go" and "dotnet". Messages and advice then call options and fields as that language does, such
  // as attemptTimeout; the names and units here stay the same.
  Self &set(const std::string &name, const std::string &text) {
    dtx_options_set(get(), detail::text(name, "name"), detail::text(text, name.c_str()));
    return self();
  }
  // Sets the access token, which you keep fresh with Client::set_access_token(). Either this, or
  // app_key and app_secret.
  Self &access_token(const std::string &access_token) {
    dtx_options_set_access_token(get(), detail::text(access_token, "access_token"));
    return self();
  }
  // Sets the key of the app (its client id); the client fetches and refreshes the token.
  Self &app_key(const std::string &app_key) {
    dtx_options_set_app_key(get(), detail::text(app_key, "app_key"));
    return self();
  }
  // Sets the secret of the app, along with its key.
  Self &app_secret(const std::string &app_secret) {
    dtx_options_set_app_secret(get(), detail::text(app_secret, "app_secret"));
    return self();
  }
  // Sets the region of the organisation: "international" (the default) or "china".
  Self &region(const std::string &region) {
    dtx_options_set_region(get(), detail::text(region, "region"));
    return self();
  }
  // Sets the base URL of a sandbox or a gateway instead of the region's hosts: https, or http to a
  // loopback address.
  Self &endpoint(const std::string &endpoint) {
    dtx_options_set_endpoint(get(), detail::text(endpoint, "endpoint"));
    return self();
  }
  // Sets how long a call may take from when it gets its turn: token, every attempt and pause. From
  // a millisecond to a day; 30 s unless set.
  Self &timeout(Milliseconds timeout) {
    dtx_options_set_timeout_ms(get(), detail::ms(timeout));
    return self();
  }
  // Sets how long one attempt may take, from its start to the last byte of the reply. From a
  // millisecond to a day; 10 s unless set.
  Self &attempt_timeout(Milliseconds attempt_timeout) {
    dtx_options_set_attempt_timeout_ms(get(), detail::ms(attempt_timeout));
    return self();
  }
  // Sets how long lookup, connection and TLS handshake may take together. From a millisecond to a
  // day; 5 s unless set.
  Self &connect_timeout(Milliseconds connect_timeout) {
    dtx_options_set_connect_timeout_ms(get(), detail::ms(connect_timeout));
    return self();
  }
  // Sets how many attempts a call makes at most, from 1 to 100; 3 unless set. 1 turns retries off;
  // even so there can be a second request, where a kept connection has died or a new token is
  // needed.
  Self &max_attempts(uint32_t max_attempts) {
    dtx_options_set_max_attempts(get(), max_attempts);
    return self();
  }
  // Sets how many requests each API may get in any one second at the service's clock, from 1 to
  // 10000; 0 is no limit. 20 unless set, the limit of DingTalk's standard edition.
  Self &rate(uint32_t rate) {
    dtx_options_set_rate(get(), rate);
    return self();
  }
  // Sets whether "no such contact" ends a call as absent instead of as an error; false unless set.
  // It hides ids that are damaged.
  Self &missing_ok(bool missing_ok) {
    dtx_options_set_missing_ok(get(), missing_ok);
    return self();
  }
  // Sets the proxy: "environment" (the default: HTTPS_PROXY, ALL_PROXY, and NO_PROXY with names,
  // addresses and ranges of them, read by the constructor of Client), "none", or a URL (http,
  // https, socks5).
  Self &proxy(const std::string &proxy) {
    dtx_options_set_proxy(get(), detail::text(proxy, "proxy"));
    return self();
  }
  // Sets a file of PEM certificates to trust instead of the system's. Each certificate in it is
  // read, or refused with its line.
  Self &ca_file(const std::string &ca_file) {
    dtx_options_set_ca_file(get(), detail::text(ca_file, "ca_file"));
    return self();
  }
  // Sets the language of the advice of errors and checks: "en" (the default) or "zh". All else,
  // messages too, is the same in every language.
  Self &language(const std::string &language) {
    dtx_options_set_language(get(), detail::text(language, "language"));
    return self();
  }

private:
  Self &self() noexcept { return static_cast<Self &>(*this); }
  detail::Handle<dtx_options> handle_;
};

} // namespace detail

} // namespace dingtalk

#endif
