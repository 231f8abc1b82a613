// A small C++11 layer over dingtalk_extcontact.h: handles free themselves, errors are exceptions.
// Take it along and add what you need: each further function of the header is one line here.
#ifndef DINGTALK_EXTCONTACT_HPP
#define DINGTALK_EXTCONTACT_HPP

#include <dingtalk_extcontact.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

namespace dingtalk {

namespace detail {

struct Free {
  void operator()(dtx_options *p) const noexcept { dtx_options_free(p); }
  void operator()(dtx_client *p) const noexcept { dtx_client_free(p); }
  void operator()(dtx_call *p) const noexcept { dtx_call_free(p); }
  void operator()(dtx_deletion *p) const noexcept { dtx_deletion_free(p); }
};

template <class T> using Handle = std::unique_ptr<T, Free>;

// A NUL inside a string would end it for C: another contact could be meant then.
inline const char *text(const std::string &s) {
  if (s.find('\0') != std::string::npos)
    throw std::invalid_argument("text with a NUL character in it");
  return s.c_str();
}

} // namespace detail

// Why a contact was not deleted, or a client not made. Texts are null where they are not known,
// and live as long as any copy of the error.
class Error : public std::runtime_error {
public:
  // Takes the error over, whatever happens.
  explicit Error(dtx_error *error) : Error(std::shared_ptr<dtx_error>(error, dtx_error_free)) {}

  int kind() const { return dtx_error_kind(error_.get()); }
  const char *kind_name() const { return dtx_result_name(kind()); }
  const char *code() const { return dtx_error_code(error_.get()); }
  const char *advice() const { return dtx_error_advice(error_.get()); }
  const char *request_id() const { return dtx_error_request_id(error_.get()); }
  bool maybe_deleted() const { return dtx_error_maybe_deleted(error_.get()) != 0; }
  bool retryable() const { return dtx_error_retryable(error_.get()) != 0; }

  // Whether it is known how long to wait before the next call; if so, writes it.
  bool retry_after(std::chrono::milliseconds &wait) const {
    uint64_t ms;
    if (!dtx_error_retry_after_ms(error_.get(), &ms))
      return false;
    wait = std::chrono::milliseconds(ms);
    return true;
  }

private:
  explicit Error(const std::shared_ptr<dtx_error> &error)
      : std::runtime_error(dtx_error_message(error.get())), error_(error) {}

  // Shared, as copying an exception must not fail.
  std::shared_ptr<dtx_error> error_;
};

// The good end of a call: the contact is gone.
class Deletion {
public:
  explicit Deletion(dtx_deletion *deletion) : deletion_(deletion) {}

  bool absent() const { return dtx_deletion_status(deletion_.get()) == DTX_STATUS_ABSENT; }
  bool maybe_deleted() const { return dtx_deletion_maybe_deleted(deletion_.get()) != 0; }
  const char *request_id() const { return dtx_deletion_request_id(deletion_.get()); }

private:
  detail::Handle<dtx_deletion> deletion_;
};

// Setters report nothing: the client does, when it is made.
class Options {
public:
  static Options from_env() { return Options(dtx_options_from_env()); }
  Options() : options_(dtx_options_new()) {}

  Options &access_token(const std::string &token) {
    dtx_options_set_access_token(options_.get(), detail::text(token));
    return *this;
  }
  Options &timeout(std::chrono::milliseconds timeout) {
    dtx_options_set_timeout_ms(options_.get(), static_cast<uint64_t>(timeout.count()));
    return *this;
  }

  const dtx_options *get() const { return options_.get(); }

private:
  explicit Options(dtx_options *options) : options_(options) {}
  detail::Handle<dtx_options> options_;
};

// The means to cancel a deletion from another thread.
class Call {
public:
  Call() : call_(dtx_call_new()) {}

  void cancel() const { dtx_call_cancel(call_.get()); }
  const dtx_call *get() const { return call_.get(); }

private:
  detail::Handle<dtx_call> call_;
};

// Make one and share it, by reference or std::shared_ptr: any number of threads may use it, also
// while one closes it.
class Client {
public:
  explicit Client(const Options &options) {
    dtx_client *client = nullptr;
    dtx_error *error = nullptr;
    if (dtx_client_new(options.get(), &client, &error) != DTX_OK)
      throw Error(error);
    client_.reset(client);
  }

  Deletion remove(const std::string &user_id) const { return remove(user_id, nullptr); }
  Deletion remove(const std::string &user_id, const Call &call) const {
    return remove(user_id, call.get());
  }

  // Calls under way finish, later ones are refused.
  void close() const { dtx_client_close(client_.get()); }

private:
  Deletion remove(const std::string &user_id, const dtx_call *call) const {
    dtx_deletion *deletion = nullptr;
    dtx_error *error = nullptr;
    const char *id = detail::text(user_id);
    if (dtx_client_delete(client_.get(), id, call, &deletion, &error) != DTX_OK)
      throw Error(error);
    return Deletion(deletion);
  }

  detail::Handle<dtx_client> client_;
};

} // namespace dingtalk

#endif
