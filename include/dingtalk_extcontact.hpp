// dingtalk_extcontact.h for C++11 and later: handles free themselves, errors are exceptions, and a
// batch is a range. Nothing is compiled in the library for it, so it goes with every compiler.
//
//   dingtalk::Client client(dingtalk::Options::from_env());
//   client.remove("0125400001");                               // throws dingtalk::Error
//   std::future<dingtalk::Deletion> later = client.remove_async("0125400002");
//   for (dingtalk::Item &item : client.remove_many(ids))       // any range of text
//     std::cout << item.json() << '\n';
//
// Each member does what the function of its name in the C header does; who owns what, and which
// threads may call it, stands there. Texts are null where they are not known, and live as long as
// the object that they were got from. A NUL inside a std::string is refused as
// std::invalid_argument, as C would take the text for ended there, and perhaps for another contact.
// All classes are moved and not copied; one that was moved from may only be assigned or destroyed.
#ifndef DINGTALK_EXTCONTACT_HPP
#define DINGTALK_EXTCONTACT_HPP

#include "dingtalk_extcontact.h"

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace dingtalk {

using Milliseconds = std::chrono::milliseconds;

namespace detail {

struct Free {
  void operator()(dtx_options *p) const noexcept { dtx_options_free(p); }
  void operator()(dtx_client *p) const noexcept { dtx_client_free(p); }
  void operator()(dtx_call *p) const noexcept { dtx_call_free(p); }
  void operator()(dtx_deletion *p) const noexcept { dtx_deletion_free(p); }
  void operator()(dtx_error *p) const noexcept { dtx_error_free(p); }
  void operator()(dtx_batch_options *p) const noexcept { dtx_batch_options_free(p); }
  void operator()(dtx_batch *p) const noexcept { dtx_batch_free(p); }
  void operator()(dtx_item *p) const noexcept { dtx_item_free(p); }
  void operator()(dtx_journal *p) const noexcept { dtx_journal_free(p); }
  void operator()(dtx_journal_entry *p) const noexcept { dtx_journal_entry_free(p); }
  void operator()(dtx_contact *p) const noexcept { dtx_contact_free(p); }
  void operator()(dtx_contacts *p) const noexcept { dtx_contacts_free(p); }
  void operator()(dtx_check *p) const noexcept { dtx_check_free(p); }
  void operator()(dtx_restoration *p) const noexcept { dtx_restoration_free(p); }
};

template <class T> using Handle = std::unique_ptr<T, Free>;

inline const char *text(const std::string &s, const char *name) {
  if (s.find('\0') != std::string::npos)
    throw std::invalid_argument(std::string(name) + " has a NUL character in it");
  return s.c_str();
}

// An id of a range, where that is of std::string_view or const char *.
inline const std::string &owned(const std::string &id) { return id; }
template <class Id> std::string owned(const Id &id) { return std::string(id); }

// Times below zero become ones that are out of bounds, and so are refused by name.
inline uint64_t ms(Milliseconds time) { return static_cast<uint64_t>(time.count()); }

} // namespace detail

// The fields of an error that something else owns, and lives as long as that.
class ErrorView {
public:
  explicit ErrorView(const dtx_error *error) noexcept : error_(error) {}

  int kind() const noexcept { return dtx_error_kind(error_); }
  const char *kind_name() const noexcept { return dtx_result_name(kind()); }
  const char *message() const noexcept { return dtx_error_message(error_); }
  const char *advice() const noexcept { return dtx_error_advice(error_); }
  const char *code() const noexcept { return dtx_error_code(error_); }
  const char *errmsg() const noexcept { return dtx_error_errmsg(error_); }
  const char *sub_code() const noexcept { return dtx_error_sub_code(error_); }
  const char *sub_msg() const noexcept { return dtx_error_sub_msg(error_); }
  const char *request_id() const noexcept { return dtx_error_request_id(error_); }
  const char *user_id() const noexcept { return dtx_error_user_id(error_); }
  const char *json() const noexcept { return dtx_error_json(error_); }
  uint32_t attempts() const noexcept { return dtx_error_attempts(error_); }
  bool retryable() const noexcept { return dtx_error_retryable(error_) != 0; }
  bool maybe_deleted() const noexcept { return dtx_error_maybe_deleted(error_) != 0; }

  // Each of these: whether it is known; if so, it is written.
  bool errcode(int64_t &number) const noexcept { return dtx_error_errcode(error_, &number) != 0; }
  bool http_status(int &status) const noexcept {
    return dtx_error_http_status(error_, &status) != 0;
  }
  bool retry_after(Milliseconds &wait) const noexcept {
    uint64_t ms = 0;
    if (!dtx_error_retry_after_ms(error_, &ms))
      return false;
    wait = Milliseconds(static_cast<Milliseconds::rep>(ms));
    return true;
  }

private:
  const dtx_error *error_;
};

// Why something failed. Its texts live as long as any copy of it.
class Error : public std::runtime_error, public ErrorView {
public:
  // Takes the error over, whatever happens.
  explicit Error(dtx_error *error) : Error(std::shared_ptr<dtx_error>(error, detail::Free())) {}

private:
  explicit Error(std::shared_ptr<dtx_error> error)
      : std::runtime_error(dtx_error_message(error.get()) ? dtx_error_message(error.get()) : ""),
        ErrorView(error.get()), error_(std::move(error)) {}

  // Shared, as copying an exception must not fail.
  std::shared_ptr<dtx_error> error_;
};

namespace detail {

// Makes an exception of a result that is no DTX_OK.
inline void check(int result, dtx_error *error) {
  if (result != DTX_OK)
    throw Error(error);
}

} // namespace detail

// The fields of a deletion that something else owns, and lives as long as that.
class DeletionView {
public:
  explicit DeletionView(const dtx_deletion *deletion) noexcept : deletion_(deletion) {}

  // The service knows no such contact, and that is fine.
  bool absent() const noexcept { return dtx_deletion_status(deletion_) == DTX_STATUS_ABSENT; }
  const char *user_id() const noexcept { return dtx_deletion_user_id(deletion_); }
  const char *request_id() const noexcept { return dtx_deletion_request_id(deletion_); }
  uint32_t attempts() const noexcept { return dtx_deletion_attempts(deletion_); }
  bool maybe_deleted() const noexcept { return dtx_deletion_maybe_deleted(deletion_) != 0; }
  const char *json() const noexcept { return dtx_deletion_json(deletion_); }

private:
  const dtx_deletion *deletion_;
};

// The good end of a call: the contact is gone.
class Deletion : public DeletionView {
public:
  explicit Deletion(dtx_deletion *deletion) noexcept
      : DeletionView(deletion), deletion_(deletion) {}

private:
  detail::Handle<dtx_deletion> deletion_;
};

// The options of a client. Setters report nothing: the client does, when it is made.
class Options {
public:
  static Options from_env() { return Options(dtx_options_from_env()); }
  Options() : Options(dtx_options_new()) {}

  // Sets an option by its name, from text.
  Options &set(const std::string &name, const std::string &text) {
    dtx_options_set(get(), detail::text(name, "name"), detail::text(text, name.c_str()));
    return *this;
  }
  Options &access_token(const std::string &token) {
    dtx_options_set_access_token(get(), detail::text(token, "access_token"));
    return *this;
  }
  Options &app_key(const std::string &key) {
    dtx_options_set_app_key(get(), detail::text(key, "app_key"));
    return *this;
  }
  Options &app_secret(const std::string &secret) {
    dtx_options_set_app_secret(get(), detail::text(secret, "app_secret"));
    return *this;
  }
  Options &region(const std::string &region) {
    dtx_options_set_region(get(), detail::text(region, "region"));
    return *this;
  }
  Options &endpoint(const std::string &endpoint) {
    dtx_options_set_endpoint(get(), detail::text(endpoint, "endpoint"));
    return *this;
  }
  Options &timeout(Milliseconds timeout) {
    dtx_options_set_timeout_ms(get(), detail::ms(timeout));
    return *this;
  }
  Options &attempt_timeout(Milliseconds timeout) {
    dtx_options_set_attempt_timeout_ms(get(), detail::ms(timeout));
    return *this;
  }
  Options &connect_timeout(Milliseconds timeout) {
    dtx_options_set_connect_timeout_ms(get(), detail::ms(timeout));
    return *this;
  }
  Options &max_attempts(uint32_t attempts) {
    dtx_options_set_max_attempts(get(), attempts);
    return *this;
  }
  Options &rate(uint32_t rate) {
    dtx_options_set_rate(get(), rate);
    return *this;
  }
  Options &missing_ok(bool missing_ok) {
    dtx_options_set_missing_ok(get(), missing_ok);
    return *this;
  }
  Options &proxy(const std::string &proxy) {
    dtx_options_set_proxy(get(), detail::text(proxy, "proxy"));
    return *this;
  }
  Options &ca_file(const std::string &path) {
    dtx_options_set_ca_file(get(), detail::text(path, "ca_file"));
    return *this;
  }
  Options &language(const std::string &language) {
    dtx_options_set_language(get(), detail::text(language, "language"));
    return *this;
  }

  dtx_options *get() const noexcept { return options_.get(); }

private:
  explicit Options(dtx_options *options) : options_(options) { set("binding", "cpp"); }
  detail::Handle<dtx_options> options_;
};

// The options of one call, and the means to cancel it from another thread. A wrong option is
// reported by the call. Keep it until the calls with it have ended; those of remove_async and
// submit keep what they need of it.
class Call {
public:
  Call() : call_(dtx_call_new()) { set("binding", "cpp"); }

  Call &set(const std::string &name, const std::string &text) {
    dtx_call_set(get(), detail::text(name, "name"), detail::text(text, name.c_str()));
    return *this;
  }
  Call &timeout(Milliseconds timeout) {
    dtx_call_set_timeout_ms(get(), detail::ms(timeout));
    return *this;
  }
  Call &missing_ok(bool missing_ok) {
    dtx_call_set_missing_ok(get(), missing_ok);
    return *this;
  }
  // A function that a waiting call asks every 50 ms whether to end, and after a signal. One that
  // throws ends it as well.
  Call &probe(std::function<bool()> probe) {
    probe_ = std::make_shared<std::function<bool()>>(std::move(probe));
    dtx_call_set_probe(get(), &Call::ask, probe_.get());
    return *this;
  }

  // A call with the options that this one has now, and with a cancel of its own. A cancel of this
  // one ends all its children at once, and none of them sends anything from then on.
  Call child() const { return Call(dtx_call_child(get()), probe_); }

  void cancel() const noexcept { dtx_call_cancel(get()); }
  dtx_call *get() const noexcept { return call_.get(); }

private:
  friend class Client;

  Call(dtx_call *call, const std::shared_ptr<std::function<bool()>> &probe)
      : probe_(probe), call_(call) {}

  static int ask(void *context) noexcept {
    try {
      return (*static_cast<std::function<bool()> *>(context))();
    } catch (...) {
      return 1;
    }
  }

  // Freed after the call, which asks it.
  std::shared_ptr<std::function<bool()>> probe_;
  detail::Handle<dtx_call> call_;
};

// How a submitted deletion ended.
class Outcome {
public:
  Outcome(dtx_deletion *deletion, dtx_error *error) noexcept : deletion_(deletion), error_(error) {}

  // Whether the contact is gone.
  explicit operator bool() const noexcept { return deletion_ != nullptr; }
  // Where there is one; ask first.
  DeletionView deletion() const noexcept { return DeletionView(deletion_.get()); }
  ErrorView error() const noexcept { return ErrorView(error_.get()); }

  // The deletion; throws the error. Once.
  Deletion take() {
    if (!deletion_)
      throw Error(error_.release());
    return Deletion(deletion_.release());
  }

private:
  detail::Handle<dtx_deletion> deletion_;
  detail::Handle<dtx_error> error_;
};

// What came of one id of a batch: a deletion, an error, or not attempted. False: the end.
class Item {
public:
  explicit Item(dtx_item *item = nullptr) noexcept : item_(item) {}

  explicit operator bool() const noexcept { return item_ != nullptr; }
  const char *user_id() const noexcept { return dtx_item_user_id(item_.get()); }
  bool has_deletion() const noexcept { return dtx_item_deletion(item_.get()) != nullptr; }
  bool has_error() const noexcept { return dtx_item_error(item_.get()) != nullptr; }
  bool not_attempted() const noexcept { return dtx_item_not_attempted(item_.get()) != 0; }
  // Where there is one; ask first.
  DeletionView deletion() const noexcept { return DeletionView(dtx_item_deletion(item_.get())); }
  ErrorView error() const noexcept { return ErrorView(dtx_item_error(item_.get())); }
  const char *time() const noexcept { return dtx_item_time(item_.get()); }
  bool settled_before() const noexcept { return dtx_item_settled_before(item_.get()) != 0; }
  const char *json() const noexcept { return dtx_item_json(item_.get()); }

private:
  detail::Handle<dtx_item> item_;
};

// The options of a batch. Setters report nothing: the batch does, when it begins.
class BatchOptions {
public:
  BatchOptions() : options_(dtx_batch_options_new()) { set("binding", "cpp"); }

  BatchOptions &set(const std::string &name, const std::string &text) {
    dtx_batch_options_set(get(), detail::text(name, "name"), detail::text(text, name.c_str()));
    return *this;
  }
  BatchOptions &concurrency(uint32_t concurrency) {
    dtx_batch_options_set_concurrency(get(), concurrency);
    return *this;
  }
  BatchOptions &journal(const std::string &path) {
    dtx_batch_options_set_journal(get(), detail::text(path, "journal"));
    return *this;
  }
  BatchOptions &backup(const std::string &path) {
    dtx_batch_options_set_backup(get(), detail::text(path, "backup"));
    return *this;
  }
  BatchOptions &missing_ok(bool missing_ok) {
    dtx_batch_options_set_missing_ok(get(), missing_ok);
    return *this;
  }
  BatchOptions &stop_on_missing(bool stop) {
    dtx_batch_options_set_stop_on_missing(get(), stop);
    return *this;
  }

  dtx_batch_options *get() const noexcept { return options_.get(); }

private:
  detail::Handle<dtx_batch_options> options_;
};

namespace detail {

// Calls back once, and is gone. What leaves it as an exception ends the program, as in std::thread.
template <class F> struct Callback {
  F done;
  std::shared_ptr<void> kept;

  static void ended(dtx_deletion *deletion, dtx_error *error, void *context) noexcept {
    std::unique_ptr<Callback> own(static_cast<Callback *>(context));
    own->done(Outcome(deletion, error));
  }
  static void next(dtx_item *item, void *context) noexcept {
    std::unique_ptr<Callback> own(static_cast<Callback *>(context));
    own->done(Item(item));
  }
};

struct Fulfil {
  std::promise<Deletion> promise;

  void operator()(Outcome outcome) {
    try {
      promise.set_value(outcome.take());
    } catch (...) {
      promise.set_exception(std::current_exception());
    }
  }
};

} // namespace detail

// Many deletions under way, driven by hand; Client::remove_many is the range over it.
class Batch {
public:
  explicit Batch(dtx_batch *batch) noexcept : batch_(batch) {}

  bool wants() const noexcept { return dtx_batch_wants(get()) != 0; }
  void push(const std::string &user_id) {
    dtx_error *error = nullptr;
    const char *id = detail::text(user_id, "user_id");
    const int result = dtx_batch_push(get(), id, &error);
    detail::check(result, error);
  }
  void finish() noexcept { dtx_batch_finish(get()); }
  void stop() noexcept { dtx_batch_stop(get()); }
  void cancel() noexcept { dtx_batch_cancel(get()); }

  // The next item, false at the end; waits for it.
  Item next() { return next_within(nullptr); }
  // The same within the time limit of a call, which can be cancelled and has a probe. Throws what
  // ended the wait; the batch goes on.
  Item next(const Call &call) { return next_within(call.get()); }
  // Whether there is an item already, or the end: then it is written, and the end is false.
  bool try_next(Item &next) {
    dtx_item *item = nullptr;
    dtx_error *error = nullptr;
    int ended = 0;
    const int result = dtx_batch_try_next(get(), &item, &ended, &error);
    detail::check(result, error);
    if (item == nullptr && !ended)
      return false;
    next = Item(item);
    return true;
  }
  // Calls done(Item) once, with the next item or the end; see dtx_batch_submit_next.
  template <class F> void submit_next(F done) {
    using Callback = detail::Callback<F>;
    std::unique_ptr<Callback> own(new Callback{std::move(done), nullptr});
    dtx_error *error = nullptr;
    Callback *const context = own.release();
    const int result = dtx_batch_submit_next(get(), &Callback::next, context, &error);
    if (result != DTX_OK)
      own.reset(context);
    detail::check(result, error);
  }
  // Whether it pauses; if so, how much longer is written.
  bool paused(Milliseconds &left) const noexcept {
    uint64_t ms = 0;
    if (!dtx_batch_paused(get(), &ms))
      return false;
    left = Milliseconds(static_cast<Milliseconds::rep>(ms));
    return true;
  }

  uint64_t deleted() const noexcept { return dtx_batch_deleted(get()); }
  uint64_t absent() const noexcept { return dtx_batch_absent(get()); }
  uint64_t maybe_deleted() const noexcept { return dtx_batch_maybe_deleted(get()); }
  uint64_t failed() const noexcept { return dtx_batch_failed(get()); }
  uint64_t not_attempted() const noexcept { return dtx_batch_not_attempted(get()); }
  uint64_t settled_before() const noexcept { return dtx_batch_settled_before(get()); }
  uint64_t repeated() const noexcept { return dtx_batch_repeated(get()); }
  uint64_t calls() const noexcept { return dtx_batch_calls(get()); }
  uint64_t unrecorded() const noexcept { return dtx_batch_unrecorded(get()); }
  const char *summary_json() const noexcept { return dtx_batch_summary_json(get()); }

  dtx_batch *get() const noexcept { return batch_.get(); }

private:
  Item next_within(const dtx_call *call) {
    dtx_item *item = nullptr;
    dtx_error *error = nullptr;
    const int result = dtx_batch_next_within(get(), call, &item, &error);
    detail::check(result, error);
    return Item(item);
  }

  detail::Handle<dtx_batch> batch_;
};

// The items of a batch over a range of ids, which are taken as calls have room for them. An id that
// cannot be pushed, or an exception of the range, stops the batch: all items come, then the
// exception. Destroyed early, it stops; calls under way finish.
template <class Ids, class End = Ids> class Many {
public:
  Many(Batch batch, Ids first, End last)
      : batch_(std::move(batch)), next_(std::move(first)), last_(std::move(last)) {}

  class iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Item;
    using difference_type = std::ptrdiff_t;
    using pointer = Item *;
    using reference = Item &;

    explicit iterator(Many *many = nullptr) noexcept : many_(many) {}
    Item &operator*() const noexcept { return many_->item_; }
    Item *operator->() const noexcept { return &many_->item_; }
    iterator &operator++() {
      if (!many_->advance())
        many_ = nullptr;
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(const iterator &other) const noexcept { return many_ == other.many_; }
    bool operator!=(const iterator &other) const noexcept { return many_ != other.many_; }

  private:
    Many *many_;
  };

  // Goes on where it is: a range to be gone through once.
  iterator begin() { return advance() ? iterator(this) : iterator(); }
  iterator end() noexcept { return iterator(); }

  // To stop or cancel it, and for its numbers.
  Batch &batch() noexcept { return batch_; }
  const Batch &batch() const noexcept { return batch_; }

private:
  bool advance() {
    push_wanted();
    item_ = batch_.next();
    if (!item_ && failed_)
      std::rethrow_exception(failed_);
    return static_cast<bool>(item_);
  }

  void push_wanted() {
    try {
      while (batch_.wants()) {
        if (next_ == last_) {
          batch_.finish();
          return;
        }
        batch_.push(detail::owned(*next_));
        ++next_;
      }
    } catch (...) {
      failed_ = std::current_exception();
      batch_.stop();
      batch_.finish();
    }
  }

  Batch batch_;
  Ids next_;
  End last_;
  Item item_;
  std::exception_ptr failed_;
};

// An external contact, as the service has it.
class Contact {
public:
  explicit Contact(dtx_contact *contact = nullptr) noexcept : contact_(contact) {}

  // False: the end of a list.
  explicit operator bool() const noexcept { return contact_ != nullptr; }
  const char *user_id() const noexcept { return dtx_contact_user_id(contact_.get()); }
  const char *text(const std::string &field) const {
    return dtx_contact_text(contact_.get(), detail::text(field, "field"));
  }
  std::vector<std::string> ids(const std::string &field) const {
    const char *name = detail::text(field, "field");
    std::vector<std::string> ids;
    const uint64_t count = dtx_contact_id_count(contact_.get(), name);
    for (uint64_t place = 0; place < count; place++)
      ids.emplace_back(dtx_contact_id(contact_.get(), name, place));
    return ids;
  }
  const char *record() const noexcept { return dtx_contact_record(contact_.get()); }
  const char *json() const noexcept { return dtx_contact_json(contact_.get()); }

private:
  detail::Handle<dtx_contact> contact_;
};

// All external contacts, page by page.
class Contacts {
public:
  explicit Contacts(dtx_contacts *contacts) noexcept : contacts_(contacts) {}

  // The next one, false at the end; waits for it.
  Contact next() { return next_of(nullptr); }
  Contact next(const Call &call) { return next_of(call.get()); }

private:
  Contact next_of(const dtx_call *call) {
    dtx_contact *contact = nullptr;
    dtx_error *error = nullptr;
    const int result = dtx_contacts_next(contacts_.get(), call, &contact, &error);
    detail::check(result, error);
    return Contact(contact);
  }

  detail::Handle<dtx_contacts> contacts_;
};

// A step of a check, which lives as long as that.
class CheckStep {
public:
  explicit CheckStep(const dtx_check_step *step) noexcept : step_(step) {}

  const char *name() const noexcept { return dtx_check_step_name(step_); }
  // One of dtx_check_status.
  int status() const noexcept { return dtx_check_step_status(step_); }
  const char *text() const noexcept { return dtx_check_step_text(step_); }
  const char *advice() const noexcept { return dtx_check_step_advice(step_); }
  bool has_error() const noexcept { return dtx_check_step_error(step_) != nullptr; }
  // Where there is one; ask first.
  ErrorView error() const noexcept { return ErrorView(dtx_check_step_error(step_)); }

private:
  const dtx_check_step *step_;
};

// What stands and what is missing before contacts can be deleted.
class Check {
public:
  explicit Check(dtx_check *check) noexcept : check_(check) {}

  bool ok() const noexcept { return dtx_check_ok(check_.get()) != 0; }
  std::vector<CheckStep> steps() const {
    std::vector<CheckStep> steps;
    const uint64_t count = dtx_check_step_count(check_.get());
    for (uint64_t place = 0; place < count; place++)
      steps.emplace_back(dtx_check_step_at(check_.get(), place));
    return steps;
  }
  const char *report() const noexcept { return dtx_check_report(check_.get()); }
  const char *json() const noexcept { return dtx_check_json(check_.get()); }

private:
  detail::Handle<dtx_check> check_;
};

// What came of a record that was to be restored.
class Restoration {
public:
  explicit Restoration(dtx_restoration *restoration) noexcept : restoration_(restoration) {}

  const char *old_user_id() const noexcept { return dtx_restoration_old_user_id(restoration_.get()); }
  // One of dtx_restore_status.
  int status() const noexcept { return dtx_restoration_status(restoration_.get()); }
  const char *user_id() const noexcept { return dtx_restoration_user_id(restoration_.get()); }
  const char *request_id() const noexcept { return dtx_restoration_request_id(restoration_.get()); }
  uint32_t attempts() const noexcept { return dtx_restoration_attempts(restoration_.get()); }
  const char *problem() const noexcept { return dtx_restoration_problem(restoration_.get()); }
  const char *json() const noexcept { return dtx_restoration_json(restoration_.get()); }

private:
  detail::Handle<dtx_restoration> restoration_;
};

// What became of one id, as journals say. False: the end.
class JournalEntry {
public:
  explicit JournalEntry(dtx_journal_entry *entry = nullptr) noexcept : entry_(entry) {}

  explicit operator bool() const noexcept { return entry_ != nullptr; }
  const char *user_id() const noexcept { return dtx_journal_entry_user_id(entry_.get()); }
  // One of dtx_journal_state.
  int state() const noexcept { return dtx_journal_entry_state(entry_.get()); }
  const char *time() const noexcept { return dtx_journal_entry_time(entry_.get()); }
  uint64_t run() const noexcept { return dtx_journal_entry_run(entry_.get()); }
  bool attempts(uint32_t &attempts) const noexcept {
    return dtx_journal_entry_attempts(entry_.get(), &attempts) != 0;
  }
  const char *request_id() const noexcept { return dtx_journal_entry_request_id(entry_.get()); }
  // One of dtx_result.
  int kind() const noexcept { return dtx_journal_entry_kind(entry_.get()); }
  const char *code() const noexcept { return dtx_journal_entry_code(entry_.get()); }
  const char *meaning() const noexcept { return dtx_journal_entry_meaning(entry_.get()); }
  const char *journal() const noexcept { return dtx_journal_entry_journal(entry_.get()); }
  const char *endpoint() const noexcept { return dtx_journal_entry_endpoint(entry_.get()); }
  const char *app_key() const noexcept { return dtx_journal_entry_app_key(entry_.get()); }
  const char *json() const noexcept { return dtx_journal_entry_json(entry_.get()); }

private:
  detail::Handle<dtx_journal_entry> entry_;
};

// Journals of batches, to be asked later what became of each id.
class Journal {
public:
  explicit Journal(const std::vector<std::string> &paths) {
    std::vector<const char *> texts;
    for (const std::string &path : paths)
      texts.push_back(detail::text(path, "paths"));
    dtx_journal *journal = nullptr;
    dtx_error *error = nullptr;
    const int result = dtx_journal_read(texts.data(), texts.size(), &journal, &error);
    detail::check(result, error);
    journal_.reset(journal);
  }

  // The next entry, false at the end.
  JournalEntry next() {
    dtx_journal_entry *entry = nullptr;
    dtx_error *error = nullptr;
    const int result = dtx_journal_next(journal_.get(), &entry, &error);
    detail::check(result, error);
    return JournalEntry(entry);
  }

private:
  detail::Handle<dtx_journal> journal_;
};

// Make one and share it, by reference or std::shared_ptr: any number of threads may use it, also
// while one closes it.
class Client {
public:
  explicit Client(const Options &options) : Client(options, &dtx_client_new) {}
  // The client of this process with these options; see dtx_client_shared.
  static Client shared(const Options &options) { return Client(options, &dtx_client_shared); }

  // Deletes a contact, and waits for it.
  Deletion remove(const std::string &user_id) const { return remove_with(user_id, nullptr); }
  Deletion remove(const std::string &user_id, const Call &call) const {
    return remove_with(user_id, call.get());
  }

  // Deletes a contact; no thread waits for it. The future does not wait when it is destroyed.
  std::future<Deletion> remove_async(const std::string &user_id) const {
    return promised(user_id, nullptr);
  }
  std::future<Deletion> remove_async(const std::string &user_id, const Call &call) const {
    return promised(user_id, &call);
  }

  // Deletes a contact and calls done(Outcome), once. See dtx_done_fn for the thread, and for what
  // may be called there.
  template <class F> void submit(const std::string &user_id, F done) const {
    submit_with(user_id, nullptr, std::move(done));
  }
  template <class F> void submit(const std::string &user_id, const Call &call, F done) const {
    submit_with(user_id, &call, std::move(done));
  }

  // Deletes many: a range of what came of each. The ids must live as long as it: any range of text,
  // a view or one that can be gone through once included.
  template <class Ids>
  auto remove_many(Ids &ids, const BatchOptions &options = BatchOptions()) const
      -> Many<decltype(std::begin(ids)), decltype(std::end(ids))> {
    return Many<decltype(std::begin(ids)), decltype(std::end(ids))>(batch(options), std::begin(ids),
                                                                    std::end(ids));
  }
  template <class Ids>
  void remove_many(const Ids &&ids, const BatchOptions &options = BatchOptions()) const = delete;

  // The same driven by hand.
  Batch batch(const BatchOptions &options = BatchOptions()) const {
    dtx_batch *batch = nullptr;
    dtx_error *error = nullptr;
    const int result = dtx_batch_new(get(), options.get(), &batch, &error);
    detail::check(result, error);
    return Batch(batch);
  }

  Contact contact(const std::string &user_id) const { return contact_with(user_id, nullptr); }
  Contact contact(const std::string &user_id, const Call &call) const {
    return contact_with(user_id, call.get());
  }
  Contacts contacts() const {
    dtx_contacts *contacts = nullptr;
    dtx_error *error = nullptr;
    const int result = dtx_client_contacts(get(), &contacts, &error);
    detail::check(result, error);
    return Contacts(contacts);
  }
  // write: whether the permission to delete is tried, too; see dtx_client_check.
  Check check(bool write = false) const { return check_with(write, nullptr); }
  Check check(bool write, const Call &call) const { return check_with(write, call.get()); }

  // look_first: whether an earlier call may have created it; see dtx_client_restore.
  Restoration restore(const std::string &record, bool look_first = false) const {
    return restore_with(record, look_first, nullptr);
  }
  Restoration restore(const std::string &record, bool look_first, const Call &call) const {
    return restore_with(record, look_first, call.get());
  }

  void set_access_token(const std::string &token) const {
    dtx_error *error = nullptr;
    const char *text = detail::text(token, "access_token");
    const int result = dtx_client_set_access_token(get(), text, &error);
    detail::check(result, error);
  }
  // Calls under way finish, later ones are refused.
  void close() const noexcept { dtx_client_close(get()); }

  const dtx_client *get() const noexcept { return client_.get(); }

private:
  using Make = int (*)(const dtx_options *, dtx_client **, dtx_error **);

  Client(const Options &options, Make make) {
    dtx_client *client = nullptr;
    dtx_error *error = nullptr;
    const int result = make(options.get(), &client, &error);
    detail::check(result, error);
    client_.reset(client);
  }

  Deletion remove_with(const std::string &user_id, const dtx_call *call) const {
    dtx_deletion *deletion = nullptr;
    dtx_error *error = nullptr;
    const char *id = detail::text(user_id, "user_id");
    const int result = dtx_client_delete(get(), id, call, &deletion, &error);
    detail::check(result, error);
    return Deletion(deletion);
  }

  std::future<Deletion> promised(const std::string &user_id, const Call *call) const {
    std::promise<Deletion> promise;
    std::future<Deletion> future = promise.get_future();
    submit_with(user_id, call, detail::Fulfil{std::move(promise)});
    return future;
  }

  template <class F> void submit_with(const std::string &user_id, const Call *call, F done) const {
    using Callback = detail::Callback<F>;
    const char *id = detail::text(user_id, "user_id");
    std::shared_ptr<void> probe;
    if (call != nullptr)
      probe = call->probe_;
    std::unique_ptr<Callback> own(new Callback{std::move(done), std::move(probe)});
    // It is called whatever happens, so it owns itself from here on.
    dtx_client_submit(get(), id, call ? call->get() : nullptr, &Callback::ended, own.release());
  }

  Contact contact_with(const std::string &user_id, const dtx_call *call) const {
    dtx_contact *contact = nullptr;
    dtx_error *error = nullptr;
    const char *id = detail::text(user_id, "user_id");
    const int result = dtx_client_get(get(), id, call, &contact, &error);
    detail::check(result, error);
    return Contact(contact);
  }

  Check check_with(bool write, const dtx_call *call) const {
    dtx_check *check = nullptr;
    dtx_error *error = nullptr;
    const int result = dtx_client_check(get(), write, call, &check, &error);
    detail::check(result, error);
    return Check(check);
  }

  Restoration restore_with(const std::string &record, bool look_first, const dtx_call *call) const {
    dtx_restoration *restoration = nullptr;
    dtx_error *error = nullptr;
    const char *text = detail::text(record, "record");
    const int result = dtx_client_restore(get(), text, look_first, call, &restoration, &error);
    detail::check(result, error);
    return Restoration(restoration);
  }

  detail::Handle<dtx_client> client_;
};

} // namespace dingtalk

#endif
