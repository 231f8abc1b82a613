// Runs the conformance cases through the header: conformance JUDGE [THREADS [TRIES]], where
// JUDGE is the program dingtalk-extcontact-judge. TRIES above 1 is for tools that slow the
// program down so much that cases with short time limits miss them. Each outcome is handed in
// as the library's own JSON of it, and put together from the typed getters; the judge compares both.

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

#include "dingtalk_extcontact.h"

namespace {

using Options = std::unique_ptr<dtx_options, decltype(&dtx_options_free)>;
using Client = std::unique_ptr<dtx_client, decltype(&dtx_client_free)>;
using Call = std::unique_ptr<dtx_call, decltype(&dtx_call_free)>;
using Deletion = std::unique_ptr<dtx_deletion, decltype(&dtx_deletion_free)>;
using Error = std::unique_ptr<dtx_error, decltype(&dtx_error_free)>;

[[noreturn]] void fail(const std::string &what) { throw std::runtime_error(what); }

std::string quoted(const std::string &text) {
  std::string json = "\"";
  for (const char byte : text) {
    char escaped[8];
    const bool control = static_cast<unsigned char>(byte) < 0x20;
    std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned char>(byte));
    if (byte == '"' || byte == '\\') json += '\\';
    json += control ? escaped : std::string(1, byte);
  }
  return json + '"';
}

std::string listed(const std::vector<std::string> &values) {
  std::string json;
  for (const std::string &value : values) json += (json.empty() ? "" : ",") + value;
  return "[" + json + "]";
}

// An object of JSON, field by field; what is not known is left out.
class Fields {
 public:
  void add(const char *name, const std::string &json) {
    fields_ += (fields_.empty() ? "" : ",") + quoted(name) + ":" + json;
  }
  void text(const char *name, const char *text) {
    if (text != nullptr) add(name, quoted(text));
  }
  void flag(const char *name, int value) { add(name, value != 0 ? "true" : "false"); }
  template <typename Number>
  void number(const char *name, Number value) {
    add(name, std::to_string(value));
  }
  std::string json() const { return "{" + fields_ + "}"; }

 private:
  std::string fields_;
};

// What the judge answers: texts by their path, such as calls.0.user_id.
class Answer {
 public:
  void add(const std::string &line) {
    const size_t equals = line.find('=');
    std::string &value = values_[line.substr(0, equals)];
    for (size_t at = equals + 1; at < line.size(); at++) {
      const bool encoded = line[at] == '%';
      value += encoded ? static_cast<char>(std::stoi(line.substr(at + 1, 2), nullptr, 16)) : line[at];
      if (encoded) at += 2;
    }
  }
  bool has(const std::string &path) const { return values_.count(path) != 0; }
  const std::string &text(const std::string &path) const { return values_.at(path); }
  bool flag(const std::string &path) const { return has(path) && text(path) == "true"; }
  // What stands below a path, by what its own path goes on with.
  Answer below(const std::string &path) const {
    Answer part;
    for (const auto &value : values_)
      if (value.first.compare(0, path.size() + 1, path + ".") == 0)
        part.values_[value.first.substr(path.size() + 1)] = value.second;
    return part;
  }
  // The texts of a list.
  std::vector<std::string> list(const std::string &path) const {
    std::vector<std::string> texts;
    for (size_t at = 0; has(path + "." + std::to_string(at)); at++)
      texts.push_back(text(path + "." + std::to_string(at)));
    return texts;
  }
  const std::map<std::string, std::string> &all() const { return values_; }

 private:
  std::map<std::string, std::string> values_;
};

// One request, a line of JSON, and one answer at a time, lines that an empty one ends.
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

  Answer ask(const std::string &op, Fields request = Fields()) {
    request.text("op", op.c_str());
    request.flag("plain", 1);
    const std::string line = request.json() + "\n";
    for (size_t sent = 0; sent < line.size();) {
      const ssize_t count = send(socket_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) fail("the judge is gone");
      sent += static_cast<size_t>(count);
    }
    Answer answer;
    for (std::string came; came = read_line(), !came.empty();) answer.add(came);
    if (answer.has("error")) fail("the judge says: " + answer.text("error"));
    return answer;
  }

 private:
  std::string read_line() {
    size_t end;
    while ((end = pending_.find('\n')) == std::string::npos) {
      char buffer[65536];
      const ssize_t count = recv(socket_, buffer, sizeof buffer, 0);
      if (count <= 0) fail("the judge is gone");
      pending_.append(buffer, static_cast<size_t>(count));
    }
    const std::string line = pending_.substr(0, end);
    pending_.erase(0, end + 1);
    return line;
  }

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
  std::vector<std::string> since(size_t start) {
    std::lock_guard<std::mutex> lock(mutex_);
    return std::vector<std::string>(lines_.begin() + static_cast<long>(start), lines_.end());
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

Lines lines;

uint64_t ms(const std::string &seconds) {
  return static_cast<uint64_t>(std::llround(std::stod(seconds) * 1000));
}

void set_option(dtx_options *options, const std::string &name, const std::string &value) {
  using Text = int (*)(dtx_options *, const char *);
  using Time = int (*)(dtx_options *, uint64_t);
  using Number = int (*)(dtx_options *, uint32_t);
  static const std::map<std::string, Text> texts = {
      {"access_token", dtx_options_set_access_token}, {"app_key", dtx_options_set_app_key},
      {"app_secret", dtx_options_set_app_secret},     {"region", dtx_options_set_region},
      {"endpoint", dtx_options_set_endpoint},         {"proxy", dtx_options_set_proxy},
      {"ca_file", dtx_options_set_ca_file},           {"language", dtx_options_set_language}};
  static const std::map<std::string, Time> times = {
      {"timeout", dtx_options_set_timeout_ms},
      {"attempt_timeout", dtx_options_set_attempt_timeout_ms},
      {"connect_timeout", dtx_options_set_connect_timeout_ms}};
  static const std::map<std::string, Number> numbers = {
      {"max_attempts", dtx_options_set_max_attempts}, {"rate", dtx_options_set_rate}};
  // A value that is refused is reported by dtx_client_new.
  if (texts.count(name))
    texts.at(name)(options, value.c_str());
  else if (times.count(name))
    times.at(name)(options, ms(value));
  else if (numbers.count(name))
    numbers.at(name)(options,
                     value == "null" ? 0 : static_cast<uint32_t>(std::stoul(value)));
  else if (name == "missing_ok")
    dtx_options_set_missing_ok(options, value == "true");
  else
    fail("there is no setter for " + name);
}

struct Outcome {
  std::string json;
  std::string getters;
};

Outcome outcome(const dtx_deletion *deletion) {
  const int status = dtx_deletion_status(deletion);
  Fields fields;
  fields.text("user_id", dtx_deletion_user_id(deletion));
  fields.text("status", status == DTX_STATUS_DELETED  ? "deleted"
                        : status == DTX_STATUS_ABSENT ? "absent"
                                                      : "unknown");
  fields.number("attempts", dtx_deletion_attempts(deletion));
  fields.flag("maybe_deleted", dtx_deletion_maybe_deleted(deletion));
  fields.text("request_id", dtx_deletion_request_id(deletion));
  return {dtx_deletion_json(deletion), fields.json()};
}

Outcome outcome(int result, const dtx_error *error) {
  if (error == nullptr || dtx_error_kind(error) != result) fail("no error, or one of another kind");
  Fields fields;
  fields.text("status", "failed");
  fields.text("kind", dtx_result_name(result));
  fields.text("message", dtx_error_message(error));
  fields.text("advice", dtx_error_advice(error));
  fields.number("attempts", dtx_error_attempts(error));
  fields.flag("retryable", dtx_error_retryable(error));
  fields.flag("maybe_deleted", dtx_error_maybe_deleted(error));
  fields.text("code", dtx_error_code(error));
  fields.text("errmsg", dtx_error_errmsg(error));
  fields.text("sub_code", dtx_error_sub_code(error));
  fields.text("sub_msg", dtx_error_sub_msg(error));
  fields.text("request_id", dtx_error_request_id(error));
  fields.text("user_id", dtx_error_user_id(error));
  int64_t errcode;
  if (dtx_error_errcode(error, &errcode)) fields.number("errcode", errcode);
  int http_status;
  if (dtx_error_http_status(error, &http_status)) fields.number("http_status", http_status);
  uint64_t retry_after;
  if (dtx_error_retry_after_ms(error, &retry_after))
    fields.number("retry_after", static_cast<double>(retry_after) / 1000);
  return {dtx_error_json(error), fields.json()};
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

Outcome make_call(dtx_client *client, const Answer &wanted) {
  if (wanted.has("set_access_token")) {
    const std::string token = wanted.text("set_access_token");
    if (dtx_client_set_access_token(client, token.c_str(), nullptr) != DTX_OK)
      fail("the new token is refused");
  }
  if (wanted.flag("close")) dtx_client_close(client);
  Call call(nullptr, dtx_call_free);
  if (wanted.has("timeout") || wanted.has("missing_ok") || wanted.has("cancel"))
    call.reset(dtx_call_new());
  if (wanted.has("timeout")) dtx_call_set_timeout_ms(call.get(), ms(wanted.text("timeout")));
  if (wanted.has("missing_ok")) dtx_call_set_missing_ok(call.get(), wanted.flag("missing_ok"));
  std::unique_ptr<Timer> timer;
  if (wanted.has("cancel")) {
    if (wanted.text("cancel") == "before")
      dtx_call_cancel(call.get());
    else
      timer.reset(new Timer(call.get(), std::stod(wanted.text("cancel"))));
  }
  dtx_deletion *deletion = nullptr;
  dtx_error *error = nullptr;
  const int result =
      dtx_client_delete(client, wanted.text("user_id").c_str(), call.get(), &deletion, &error);
  timer.reset();
  const Deletion owned(deletion, dtx_deletion_free);
  const Error owned_error(error, dtx_error_free);
  if ((result == DTX_OK) != (deletion != nullptr) || (result == DTX_OK) != (error == nullptr))
    fail("not exactly one of deletion and error");
  return result == DTX_OK ? outcome(deletion) : outcome(result, error);
}

std::vector<Outcome> make_calls(const Answer &wanted) {
  const Options options(dtx_options_new(), dtx_options_free);
  const Answer given = wanted.below("options");
  for (const auto &option : given.all())
    set_option(options.get(), option.first, option.second);
  dtx_client *made = nullptr;
  dtx_error *error = nullptr;
  const int result = dtx_client_new(options.get(), &made, &error);
  const Client client(made, dtx_client_free);
  const Error owned_error(error, dtx_error_free);
  if (result != DTX_OK) return {outcome(result, error)};
  std::vector<Outcome> outcomes;
  for (size_t at = 0;; at++) {
    const Answer call = wanted.below("calls." + std::to_string(at));
    if (call.all().empty()) return outcomes;
    outcomes.push_back(make_call(made, call));
  }
}

// What differs; empty if nothing does.
std::string run_case(Judge &judge, const std::string &name) {
  const size_t start = lines.count();
  Fields request;
  request.text("case", name.c_str());
  const Answer wanted = judge.ask("start", request);
  std::string trouble;
  std::vector<std::string> jsons, getters, texts;
  try {
    for (const Outcome &outcome : make_calls(wanted)) {
      jsons.push_back(outcome.json);
      getters.push_back(outcome.getters);
    }
  } catch (const std::exception &error) {
    trouble = std::string("  ") + error.what() + "\n";
  }
  for (const std::string &line : lines.since(start)) texts.push_back(quoted(line));
  Fields done;
  done.add("outcomes", listed(jsons));
  done.add("getters", listed(getters));
  done.add("texts", listed(texts));
  const Answer verdict = judge.ask("finish", done);
  if (!verdict.flag("ok"))
    for (const std::string &difference : verdict.list("differences"))
      trouble += "  " + difference + "\n";
  return trouble;
}

// The program of the judge, which serves until its standard input ends.
class JudgeProcess {
 public:
  explicit JudgeProcess(const char *program) {
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
    if (line.empty()) fail("the judge does not start");
    // {"cases":N,"control":"127.0.0.1:PORT"}, in either order
    const std::string address = "127.0.0.1:";
    const size_t found = line.find(address);
    if (found == std::string::npos) fail("the judge says " + line);
    port_ = std::atoi(line.c_str() + found + address.size());
  }
  ~JudgeProcess() {
    close(input_);
    waitpid(child_, nullptr, 0);
  }
  JudgeProcess(const JudgeProcess &) = delete;
  JudgeProcess &operator=(const JudgeProcess &) = delete;
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
  const JudgeProcess process(program);
  const std::vector<std::string> all = Judge(process.port()).ask("list").list("cases");
  std::map<std::string, std::string> failed = run_cases(process.port(), all, threads);
  while (!failed.empty() && --tries > 0) {
    std::printf("%zu of %zu are tried again, one by one\n", failed.size(), all.size());
    std::vector<std::string> again;
    for (const auto &one : failed) again.push_back(one.first);
    failed = run_cases(process.port(), again, 1);
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
    std::fprintf(stderr, "usage: %s JUDGE [THREADS [TRIES]]\n", argv[0]);
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
