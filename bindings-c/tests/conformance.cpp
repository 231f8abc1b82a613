// Runs the conformance cases through the header: conformance REPLAY [THREADS [TRIES]], where
// REPLAY is the program dingtalk-extcontact-replay. TRIES above 1 is for tools that slow the
// program down so much that cases with short time limits miss them. Each outcome is put together from the typed getters and
// also compared with the library's own JSON of it.

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "dingtalk_extcontact.h"

using nlohmann::json;

namespace {

using Options = std::unique_ptr<dtx_options, decltype(&dtx_options_free)>;
using Client = std::unique_ptr<dtx_client, decltype(&dtx_client_free)>;
using Call = std::unique_ptr<dtx_call, decltype(&dtx_call_free)>;
using Deletion = std::unique_ptr<dtx_deletion, decltype(&dtx_deletion_free)>;
using Error = std::unique_ptr<dtx_error, decltype(&dtx_error_free)>;

[[noreturn]] void fail(const std::string &what) { throw std::runtime_error(what); }

// One request and one answer at a time, as lines of JSON.
class Judge {
 public:
  explicit Judge(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
      fail("the judge cannot be reached");
  }
  ~Judge() { close(socket_); }
  Judge(const Judge &) = delete;
  Judge &operator=(const Judge &) = delete;

  json ask(const json &request) {
    const std::string line = request.dump() + "\n";
    for (size_t sent = 0; sent < line.size();) {
      const ssize_t count = send(socket_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) fail("the judge is gone");
      sent += static_cast<size_t>(count);
    }
    size_t end;
    while ((end = pending_.find('\n')) == std::string::npos) {
      char buffer[65536];
      const ssize_t count = recv(socket_, buffer, sizeof buffer, 0);
      if (count <= 0) fail("the judge is gone");
      pending_.append(buffer, static_cast<size_t>(count));
    }
    const json answer = json::parse(pending_.substr(0, end));
    pending_.erase(0, end + 1);
    if (answer.count("error")) fail("the judge says: " + answer["error"].get<std::string>());
    return answer;
  }

 private:
  int socket_;
  std::string pending_;
};

// What was logged, by whichever thread. A case hands in all that came while it ran: no line may
// hold a secret of any case.
class Lines {
 public:
  static void take(int, const char *message, void *lines) {
    Lines *self = static_cast<Lines *>(lines);
    std::lock_guard<std::mutex> lock(self->mutex_);
    self->lines_.push_back(message);
  }
  size_t count() {
    std::lock_guard<std::mutex> lock(mutex_);
    return lines_.size();
  }
  json since(size_t start) {
    std::lock_guard<std::mutex> lock(mutex_);
    return std::vector<std::string>(lines_.begin() + static_cast<long>(start), lines_.end());
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

Lines lines;

uint64_t ms(const json &seconds) {
  return static_cast<uint64_t>(std::llround(seconds.get<double>() * 1000));
}

void set_option(dtx_options *options, const std::string &name, const json &value) {
  using Text = int (*)(dtx_options *, const char *);
  using Time = int (*)(dtx_options *, uint64_t);
  using Number = int (*)(dtx_options *, uint32_t);
  static const std::map<std::string, Text> texts = {
      {"access_token", dtx_options_set_access_token}, {"app_key", dtx_options_set_app_key},
      {"app_secret", dtx_options_set_app_secret},     {"region", dtx_options_set_region},
      {"endpoint", dtx_options_set_endpoint},         {"proxy", dtx_options_set_proxy},
      {"ca_file", dtx_options_set_ca_file}};
  static const std::map<std::string, Time> times = {
      {"timeout", dtx_options_set_timeout_ms},
      {"attempt_timeout", dtx_options_set_attempt_timeout_ms},
      {"connect_timeout", dtx_options_set_connect_timeout_ms}};
  static const std::map<std::string, Number> numbers = {
      {"max_attempts", dtx_options_set_max_attempts}, {"rate", dtx_options_set_rate}};
  // A value that is refused is reported by dtx_client_new.
  if (texts.count(name))
    texts.at(name)(options, value.get<std::string>().c_str());
  else if (times.count(name))
    times.at(name)(options, ms(value));
  else if (numbers.count(name))
    numbers.at(name)(options, value.is_null() ? 0 : value.get<uint32_t>());
  else if (name == "missing_ok")
    dtx_options_set_missing_ok(options, value.get<bool>());
  else
    fail("there is no setter for " + name);
}

void add(json &fields, const char *name, const char *text) {
  if (text != nullptr) fields[name] = text;
}

json outcome(const dtx_deletion *deletion) {
  const int status = dtx_deletion_status(deletion);
  json fields = {{"user_id", dtx_deletion_user_id(deletion)},
                 {"status", status == DTX_STATUS_DELETED  ? "deleted"
                            : status == DTX_STATUS_ABSENT ? "absent"
                                                          : "unknown"},
                 {"attempts", dtx_deletion_attempts(deletion)},
                 {"maybe_deleted", dtx_deletion_maybe_deleted(deletion) != 0}};
  add(fields, "request_id", dtx_deletion_request_id(deletion));
  if (fields != json::parse(dtx_deletion_json(deletion)))
    fail("the getters differ from " + std::string(dtx_deletion_json(deletion)));
  return fields;
}

json outcome(int result, const dtx_error *error) {
  if (error == nullptr || dtx_error_kind(error) != result) fail("no error, or one of another kind");
  json fields = {{"status", "failed"},
                 {"kind", dtx_result_name(result)},
                 {"message", dtx_error_message(error)},
                 {"advice", dtx_error_advice(error)},
                 {"attempts", dtx_error_attempts(error)},
                 {"retryable", dtx_error_retryable(error) != 0},
                 {"maybe_deleted", dtx_error_maybe_deleted(error) != 0}};
  add(fields, "code", dtx_error_code(error));
  add(fields, "errmsg", dtx_error_errmsg(error));
  add(fields, "sub_code", dtx_error_sub_code(error));
  add(fields, "sub_msg", dtx_error_sub_msg(error));
  add(fields, "request_id", dtx_error_request_id(error));
  add(fields, "user_id", dtx_error_user_id(error));
  int64_t errcode;
  if (dtx_error_errcode(error, &errcode)) fields["errcode"] = errcode;
  int http_status;
  if (dtx_error_http_status(error, &http_status)) fields["http_status"] = http_status;
  uint64_t retry_after;
  if (dtx_error_retry_after_ms(error, &retry_after))
    fields["retry_after"] = static_cast<double>(retry_after) / 1000;
  if (fields != json::parse(dtx_error_json(error)))
    fail("the getters differ from " + std::string(dtx_error_json(error)));
  return fields;
}

// Cancels a call after a while, unless the call ends before.
class Timer {
 public:
  Timer(dtx_call *call, double seconds)
      : thread_([this, call, seconds] {
          std::unique_lock<std::mutex> lock(mutex_);
          const auto time = std::chrono::duration<double>(seconds);
          if (!ended_.wait_for(lock, time, [this] { return end_; })) dtx_call_cancel(call);
        }) {}
  ~Timer() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      end_ = true;
    }
    ended_.notify_one();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;
  std::thread thread_;
};

json make_call(dtx_client *client, const json &wanted) {
  if (wanted.count("set_access_token")) {
    const std::string token = wanted["set_access_token"];
    if (dtx_client_set_access_token(client, token.c_str(), nullptr) != DTX_OK)
      fail("the new token is refused");
  }
  if (wanted.value("close", false)) dtx_client_close(client);
  Call call(nullptr, dtx_call_free);
  if (wanted.count("timeout") || wanted.count("missing_ok") || wanted.count("cancel"))
    call.reset(dtx_call_new());
  if (wanted.count("timeout")) dtx_call_set_timeout_ms(call.get(), ms(wanted["timeout"]));
  if (wanted.count("missing_ok"))
    dtx_call_set_missing_ok(call.get(), wanted["missing_ok"].get<bool>());
  std::unique_ptr<Timer> timer;
  if (wanted.count("cancel")) {
    if (wanted["cancel"] == "before")
      dtx_call_cancel(call.get());
    else
      timer.reset(new Timer(call.get(), wanted["cancel"]));
  }
  const std::string user_id = wanted["user_id"];
  dtx_deletion *deletion = nullptr;
  dtx_error *error = nullptr;
  const int result =
      dtx_client_delete(client, user_id.c_str(), call.get(), &deletion, &error);
  timer.reset();
  const Deletion owned(deletion, dtx_deletion_free);
  const Error owned_error(error, dtx_error_free);
  if ((result == DTX_OK) != (deletion != nullptr) || (result == DTX_OK) != (error == nullptr))
    fail("not exactly one of deletion and error");
  return result == DTX_OK ? outcome(deletion) : outcome(result, error);
}

// What differs; empty if nothing does.
std::string run_case(Judge &judge, const std::string &name) {
  const size_t start = lines.count();
  const json wanted = judge.ask({{"op", "start"}, {"case", name}});
  json outcomes = json::array();
  std::string trouble;
  try {
    const Options options(dtx_options_new(), dtx_options_free);
    for (const auto &option : wanted["options"].items())
      set_option(options.get(), option.key(), option.value());
    dtx_client *made = nullptr;
    dtx_error *error = nullptr;
    const int result = dtx_client_new(options.get(), &made, &error);
    const Client client(made, dtx_client_free);
    const Error owned_error(error, dtx_error_free);
    if (result != DTX_OK)
      outcomes.push_back(outcome(result, error));
    else
      for (const json &call : wanted["calls"]) outcomes.push_back(make_call(made, call));
  } catch (const std::exception &error) {
    trouble = std::string("  ") + error.what() + "\n";
  }
  const json verdict =
      judge.ask({{"op", "finish"}, {"outcomes", outcomes}, {"texts", lines.since(start)}});
  if (!verdict["ok"].get<bool>())
    for (const json &difference : verdict["differences"])
      trouble += "  " + difference.get<std::string>() + "\n";
  return trouble;
}

// The replay program, which serves until its standard input ends.
class Replay {
 public:
  explicit Replay(const char *program) {
    int in[2], out[2];
    if (pipe(in) != 0 || pipe(out) != 0) fail("no pipe");
    child_ = fork();
    if (child_ == 0) {
      dup2(in[0], 0);
      dup2(out[1], 1);
      for (int fd : {in[0], in[1], out[0], out[1]}) close(fd);
      execl(program, program, static_cast<char *>(nullptr));
      _exit(127);
    }
    close(in[0]);
    close(out[1]);
    input_ = in[1];
    std::string line;
    char byte;
    while (read(out[0], &byte, 1) == 1 && byte != '\n') line += byte;
    close(out[0]);
    if (line.empty()) fail("the replay program does not start");
    const std::string control = json::parse(line)["control"];
    port_ = std::atoi(control.substr(control.rfind(':') + 1).c_str());
  }
  ~Replay() {
    close(input_);
    waitpid(child_, nullptr, 0);
  }
  Replay(const Replay &) = delete;
  Replay &operator=(const Replay &) = delete;
  int port() const { return port_; }

 private:
  pid_t child_;
  int input_;
  int port_;
};

// Runs the cases side by side and returns those that failed, with what differed.
std::map<std::string, std::string> run_cases(int port, const std::vector<std::string> &names,
                                             size_t threads) {
  std::atomic<size_t> next(0);
  std::mutex mutex;
  std::map<std::string, std::string> failed;
  std::vector<std::thread> workers;
  for (size_t i = 0; i < threads; i++)
    workers.emplace_back([&] {
      for (size_t at; (at = next++) < names.size();) {
        std::string trouble;
        try {
          Judge judge(port);
          trouble = run_case(judge, names[at]);
        } catch (const std::exception &error) {
          trouble = std::string("  ") + error.what() + "\n";
        }
        std::lock_guard<std::mutex> lock(mutex);
        if (!trouble.empty()) failed[names[at]] = trouble;
      }
    });
  for (std::thread &worker : workers) worker.join();
  return failed;
}

int run(const char *program, size_t threads, size_t tries) {
  const Replay replay(program);
  const std::vector<std::string> all = Judge(replay.port()).ask({{"op", "list"}})["cases"];
  std::map<std::string, std::string> failed = run_cases(replay.port(), all, threads);
  while (!failed.empty() && --tries > 0) {
    std::printf("%zu of %zu are tried again, one by one\n", failed.size(), all.size());
    std::vector<std::string> again;
    for (const auto &one : failed) again.push_back(one.first);
    failed = run_cases(replay.port(), again, 1);
  }
  for (const auto &one : failed)
    std::printf("FAILED %s\n%s", one.first.c_str(), one.second.c_str());
  std::printf("%zu passed, %zu failed\n", all.size() - failed.size(), failed.size());
  if (all.empty()) std::printf("there are no cases\n");
  return failed.empty() && !all.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char **argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s REPLAY [THREADS [TRIES]]\n", argv[0]);
    return 2;
  }
  dtx_set_log(DTX_LOG_DEBUG, Lines::take, &lines);
  int status = 1;
  try {
    status = run(argv[1], argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 8,
                 argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 1);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  dtx_set_log(DTX_LOG_OFF, nullptr, nullptr);
  return status;
}
