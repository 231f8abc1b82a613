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

class Call;

using Milliseconds = std::chrono::milliseconds;

namespace detail {

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

// What calls below need of classes further down.
inline const dtx_call *handle(const Call &call) noexcept;
[[noreturn]] inline void fail(dtx_error *error);

// Calls what can fail, with the arguments that are given and a place for the error.
template <class F, class... Arguments> void run(F function, Arguments... arguments) {
  dtx_error *error = nullptr;
  if (function(arguments..., &error) != DTX_OK)
    fail(error);
}

// The same where it makes something.
template <class T, class F, class... Arguments> T *made(F function, Arguments... arguments) {
  T *made = nullptr;
  run(function, arguments..., &made);
  return made;
}

} // namespace detail

} // namespace dingtalk

// Views and values, and the bases of the classes below: their setters, getters and calls. Made of
// the C header; it lies beside this one.
#include "dingtalk_extcontact_generated.hpp"

namespace dingtalk {

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

inline void detail::fail(dtx_error *error) { throw Error(error); }

// The options of a client. Setters report nothing: the client does, when it is made.
class Options : public detail::OptionsSetters<Options> {
public:
  static Options from_env() { return Options(dtx_options_from_env()); }
  Options() : Options(dtx_options_new()) {}

private:
  explicit Options(dtx_options *options) : OptionsSetters(options) { set("binding", "cpp"); }
};

// The options of a batch. Setters report nothing: the batch does, when it begins.
class BatchOptions : public detail::BatchOptionsSetters<BatchOptions> {
public:
  BatchOptions() : BatchOptionsSetters(dtx_batch_options_new()) { set("binding", "cpp"); }
};

// The options of one call, and the means to cancel it from another thread. A wrong option is
// reported by the call. Keep it until the calls with it have ended; those of remove_async and
// submit keep what they need of it.
class Call : public detail::CallSetters<Call> {
public:
  Call() : CallSetters(dtx_call_new()) { set("binding", "cpp"); }

  // A function that a waiting call asks every 50 ms whether to end, and after a signal. One that
  // throws ends it as well; an empty one is none.
  Call &probe(std::function<bool()> probe) {
    probe_ = std::make_shared<std::function<bool()>>(std::move(probe));
    dtx_call_set_probe(get(), *probe_ ? &Call::ask : nullptr, probe_.get());
    return *this;
  }

  // A call with the options that this one has now, and with a cancel of its own. A cancel of this
  // one ends all its children at once, and none of them sends anything from then on.
  Call child() const { return Call(dtx_call_child(get()), probe_); }

private:
  friend class Client;

  Call(dtx_call *call, const std::shared_ptr<std::function<bool()>> &probe)
      : CallSetters(call), probe_(probe) {}

  static int ask(void *context) noexcept {
    try {
      return (*static_cast<std::function<bool()> *>(context))();
    } catch (...) {
      return 1;
    }
  }

  std::shared_ptr<std::function<bool()>> probe_;
};

inline const dtx_call *detail::handle(const Call &call) noexcept { return call.get(); }

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

} // namespace detail

// Many deletions under way, driven by hand; Client::remove_many is the range over it. The items have
// no end before finish(), so either one thread pushes while wants() and takes an item in turn, or
// some threads push and others take.
class Batch : public detail::BatchCalls {
public:
  explicit Batch(dtx_batch *batch) noexcept : BatchCalls(batch) {}

  // Whether there is an item already, or the end: then it is written, and the end is false.
  bool try_next(Item &next) {
    int ended = 0;
    dtx_item *item = nullptr;
    detail::run(dtx_batch_try_next, get(), &item, &ended);
    if (item == nullptr && !ended)
      return false;
    next = Item(item);
    return true;
  }
  // Calls done(Item) once, with the next item or the end; see dtx_batch_submit_next.
  template <class F> void submit_next(F done) {
    using Callback = detail::Callback<F>;
    std::unique_ptr<Callback> own(new Callback{std::move(done), nullptr});
    detail::run(dtx_batch_submit_next, get(), &Callback::next, static_cast<void *>(own.get()));
    own.release();
  }
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

// Journals of batches, to be asked later what became of each id.
class Journal : public detail::JournalCalls {
public:
  explicit Journal(const std::vector<std::string> &paths) : JournalCalls(read(paths)) {}

private:
  static dtx_journal *read(const std::vector<std::string> &paths) {
    std::vector<const char *> texts;
    for (const std::string &path : paths)
      texts.push_back(detail::text(path, "paths"));
    return detail::made<dtx_journal>(dtx_journal_read, texts.data(), texts.size());
  }
};

// Make one and share it, by reference or std::shared_ptr: any number of threads may use it, also
// while one closes it.
class Client : public detail::ClientCalls {
public:
  explicit Client(const Options &options)
      : Client(detail::made<dtx_client>(dtx_client_new, options.get())) {}
  // The client of this process with these options; see dtx_client_shared.
  static Client shared(const Options &options) {
    return Client(detail::made<dtx_client>(dtx_client_shared, options.get()));
  }

  // Deletes a contact; no thread waits for it. The future does not wait when it is destroyed.
  std::future<Deletion> remove_async(const std::string &user_id, const Call &call = Call()) const {
    const auto promise = std::make_shared<std::promise<Deletion>>();
    std::future<Deletion> future = promise->get_future();
    submit(user_id, call, [promise](Outcome outcome) {
      try {
        promise->set_value(outcome.take());
      } catch (...) {
        promise->set_exception(std::current_exception());
      }
    });
    return future;
  }

  // Deletes a contact and calls done(Outcome), once. See dtx_done_fn for the thread, and for what
  // may be called there.
  template <class F> void submit(const std::string &user_id, F done) const {
    submit(user_id, Call(), std::move(done));
  }
  template <class F> void submit(const std::string &user_id, const Call &call, F done) const {
    using Callback = detail::Callback<F>;
    const char *id = detail::text(user_id, "user_id");
    std::unique_ptr<Callback> own(new Callback{std::move(done), call.probe_});
    // It is called whatever happens, so it owns itself from here on.
    dtx_client_submit(get(), id, call.get(), &Callback::ended, own.release());
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
    return Batch(detail::made<dtx_batch>(dtx_batch_new, get(), options.get()));
  }

private:
  explicit Client(dtx_client *client) noexcept : ClientCalls(client) {}
};

} // namespace dingtalk

#endif
