// The C++ header: owners, errors, futures, callbacks and ranges. What the functions below it do is
// the matter of api.c, whose server this is run beside: `api run ./layer`.
#include "dingtalk_extcontact.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <cstring>
#include <iostream>
#include <set>
#include <sstream>
#include <thread>
#include <type_traits>
#if __cplusplus >= 202002L
#include <ranges>
#endif

static int failures;

#define CHECK(holds)                                                                     \
  do {                                                                                   \
    if (!(holds)) {                                                                      \
      std::cerr << __FILE__ << ':' << __LINE__ << ": does not hold: " << #holds << '\n'; \
      failures++;                                                                        \
    }                                                                                    \
  } while (0)

template <class T> static void check_owner() {
  static_assert(!std::is_copy_constructible<T>::value && !std::is_copy_assignable<T>::value, "");
  static_assert(std::is_nothrow_move_constructible<T>::value, "");
  static_assert(std::is_nothrow_move_assignable<T>::value, "");
}

template <class F> static int kind_of(F work) {
  try {
    work();
    return DTX_OK;
  } catch (const dingtalk::Error &error) {
    return error.kind();
  }
}

static bool same(const char *a, const char *b) { return a != nullptr && std::strcmp(a, b) == 0; }

static dingtalk::Options some_options() {
  dingtalk::Options options = dingtalk::Options::from_env();
  options.rate(0);
  return options;
}

static void owners() {
  using namespace dingtalk;
  check_owner<Options>();
  check_owner<BatchOptions>();
  check_owner<Call>();
  check_owner<Client>();
  check_owner<Deletion>();
  check_owner<Outcome>();
  check_owner<Item>();
  check_owner<Batch>();
  check_owner<Contact>();
  check_owner<Contacts>();
  check_owner<Check>();
  check_owner<Restoration>();
  check_owner<Journal>();
  check_owner<JournalEntry>();
  static_assert(std::is_nothrow_copy_constructible<Error>::value, "an exception can be copied");
  Client first(some_options());
  Client second(std::move(first));
  CHECK(!second.remove("1").absent());
  first = std::move(second);
  CHECK(!first.remove("1").absent());
}

static void every_option() {
  const std::string texts[] = {"app_key", "app_secret", "region", "endpoint", "proxy", "ca_file"};
  dingtalk::Options options;
  options.access_token("t").region("china").endpoint("http://127.0.0.1:1").proxy("none");
  options.timeout(dingtalk::Milliseconds(100)).attempt_timeout(std::chrono::seconds(1));
  options.connect_timeout(dingtalk::Milliseconds(100)).max_attempts(1).rate(1).missing_ok(true);
  CHECK(kind_of([&] { dingtalk::Client client(options); }) == DTX_OK);
  for (const std::string &name : texts) {
    dingtalk::Options nul;
    try {
      nul.set(name, std::string("a\0b", 3));
      CHECK(!"refused");
    } catch (const std::invalid_argument &refused) {
      CHECK(refused.what() == name + " has a NUL character in it");
    }
  }
  options.app_key("k").app_secret("s");
  CHECK(kind_of([&] { dingtalk::Client client(options); }) == DTX_INVALID_ARGUMENT);
  dingtalk::Options missing;
  missing.access_token("t").endpoint("https://127.0.0.1:1").ca_file("/nowhere/at/all");
  CHECK(kind_of([&] { dingtalk::Client client(missing); }) == DTX_INVALID_ARGUMENT);
  CHECK(kind_of([&] { dingtalk::Client client(some_options().timeout(dingtalk::Milliseconds(-1))); }) ==
        DTX_INVALID_ARGUMENT);
}

// Advice names what can be typed here, not the functions below.
static void advice(const dingtalk::Client &client) {
  try {
    client.remove("gone");
    CHECK(!"refused");
  } catch (const dingtalk::Error &error) {
    const std::string advice = error.advice();
    CHECK(advice.find("missing_ok") != advice.npos && advice.find("dtx_") == advice.npos);
  }
}

static void language() {
  const dingtalk::Client client(some_options().language("zh"));
  try {
    client.remove("gone");
    CHECK(!"refused");
  } catch (const dingtalk::Error &error) {
    CHECK(error.kind() == DTX_INVALID_USER_ID && same(error.code(), "33012"));
    CHECK(std::string(error.advice()).find("missing_ok 会") != std::string::npos);
  }
}

static void errors(const dingtalk::Client &client) {
  try {
    client.remove("denied");
    CHECK(!"refused");
  } catch (const dingtalk::Error &error) {
    const dingtalk::Error copy = error;
    int64_t errcode = 0;
    int status = 0;
    dingtalk::Milliseconds wait(7);
    CHECK(copy.kind() == DTX_PERMISSION_DENIED && same(copy.kind_name(), "permission_denied"));
    CHECK(same(copy.code(), "60011") && same(copy.sub_code(), "60011"));
    CHECK(same(copy.sub_msg(), "no permission") && same(copy.request_id(), "r3"));
    CHECK(copy.errcode(errcode) && errcode == 88 && copy.http_status(status) && status == 200);
    CHECK(!copy.retry_after(wait) && wait.count() == 7 && !copy.retryable());
    CHECK(same(copy.user_id(), "denied") && copy.attempts() == 1 && !copy.maybe_deleted());
    CHECK(std::string(copy.what()) == copy.message() && copy.advice() && copy.json());
  }
  try {
    client.remove(std::string("1\0002", 3));
    CHECK(!"refused");
  } catch (const std::invalid_argument &) {
  }
}

static void calls(const dingtalk::Client &client) {
  dingtalk::Call call;
  call.missing_ok(true).timeout(std::chrono::seconds(20));
  CHECK(client.remove("gone", call).absent());
  CHECK(kind_of([&] { client.remove("gone"); }) == DTX_INVALID_USER_ID);

  int asked = 0;
  call.probe([&asked] { return ++asked == 2; });
  CHECK(kind_of([&] { client.remove("hang", call); }) == DTX_CANCELLED && asked == 2);
  call.probe([]() -> bool { throw 7; });
  CHECK(kind_of([&] { client.remove("hang", call); }) == DTX_CANCELLED);
  call.probe(nullptr);
  CHECK(client.remove("gone", call).absent());

  dingtalk::Call other;
  std::thread canceller([&other] { other.cancel(); });
  CHECK(kind_of([&] { client.remove("hang", other); }) == DTX_CANCELLED);
  canceller.join();
  dingtalk::Call brief;
  brief.set("timeout", "soon");
  CHECK(kind_of([&] { client.remove("1", brief); }) == DTX_INVALID_ARGUMENT);
}

static void futures_and_callbacks(const dingtalk::Client &client) {
  std::future<dingtalk::Deletion> good = client.remove_async("1"), bad = client.remove_async("gone");
  CHECK(same(good.get().user_id(), "1"));
  CHECK(kind_of([&] { bad.get(); }) == DTX_INVALID_USER_ID);

  // The probe lives on with the deletion.
  std::future<dingtalk::Deletion> hangs;
  {
    dingtalk::Call call;
    call.probe([] { return true; });
    hangs = client.remove_async("hang", call);
  }
  CHECK(kind_of([&] { hangs.get(); }) == DTX_CANCELLED);

  // What is moved and not copied may be in a callback.
  struct Tell {
    std::promise<int> promise;
    void operator()(dingtalk::Outcome outcome) {
      promise.set_value(outcome ? DTX_OK : outcome.error().kind());
    }
  };
  for (const char *id : {"1", "gone", "\xff"}) {
    std::promise<int> promise;
    std::future<int> future = promise.get_future();
    client.submit(id, Tell{std::move(promise)});
    const int kind = future.get();
    CHECK(kind == (*id == '1' ? DTX_OK : *id == 'g' ? DTX_INVALID_USER_ID : DTX_INVALID_ARGUMENT));
  }
}

static void ranges(const dingtalk::Client &client) {
  const std::vector<std::string> ids = {"1", "2", "gone", "3", "1"};
  std::set<std::string> gone, failed;
  auto many = client.remove_many(ids, dingtalk::BatchOptions().concurrency(2));
  for (dingtalk::Item &item : many) {
    if (item.has_deletion())
      gone.insert(item.deletion().user_id());
    if (item.has_error() && item.error().kind() == DTX_INVALID_USER_ID)
      failed.insert(item.user_id());
    CHECK(!item.not_attempted() && !item.settled_before() && item.time() && item.json());
  }
  CHECK(gone == std::set<std::string>({"1", "2", "3"}) && failed.size() == 1);
  CHECK(many.batch().deleted() == 3 && many.batch().failed() == 1 && many.batch().repeated() == 1);
  CHECK(many.batch().summary_json() != nullptr);

  // An id that cannot be one in C: all items come, then the exception.
  const std::vector<std::string> nul = {"4", std::string("5\0006", 3), "7"};
  int items = 0;
  bool thrown = false;
  try {
    for (dingtalk::Item &item : client.remove_many(nul))
      items += item ? 1 : 0;
  } catch (const std::invalid_argument &) {
    thrown = true;
  }
  CHECK(thrown && items == 1);

  // Left early.
  for (dingtalk::Item &item : client.remove_many(ids)) {
    CHECK(item.user_id() != nullptr);
    break;
  }
  const std::vector<std::string> none;
  for (dingtalk::Item &item : client.remove_many(none))
    CHECK(!item);
}

template <class Ids> static std::size_t deleted(const dingtalk::Client &client, Ids &&ids) {
  std::size_t count = 0;
  for (dingtalk::Item &item : client.remove_many(ids))
    count += item.has_deletion();
  return count;
}

// What is no container of std::string.
static void other_ranges(const dingtalk::Client &client) {
  const char *const array[] = {"1", "2", "3"};
  CHECK(deleted(client, array) == 3);
#if __cplusplus >= 201703L
  CHECK(deleted(client, std::vector<std::string_view>{"1", "2"}) == 2);
#endif
#if __cplusplus >= 202002L
  const std::vector<std::string> ids = {"1", "2", "3"};
  CHECK(deleted(client, ids | std::views::filter([](const auto &id) { return id != "2"; })) == 2);
  CHECK(deleted(client, ids | std::views::take_while([](const auto &id) { return id != "3"; })) == 2);
  std::istringstream words("1 2 3");
  CHECK(deleted(client, std::views::istream<std::string>(words)) == 3);
  using Many = decltype(client.remove_many(ids));
  static_assert(std::ranges::input_range<Many>);
#endif
}

static void batches_by_hand(const dingtalk::Client &client) {
  dingtalk::Batch batch = client.batch();
  dingtalk::Item item;
  dingtalk::Milliseconds left(7);
  dingtalk::Call brief;
  brief.timeout(dingtalk::Milliseconds(5));
  CHECK(batch.wants() && !batch.try_next(item) && !batch.paused(left));
  CHECK(kind_of([&] { batch.next(brief); }) == DTX_TIMEOUT);
  std::promise<std::string> promise;
  std::future<std::string> told = promise.get_future();
  batch.submit_next([&promise](dingtalk::Item next) { promise.set_value(next.user_id()); });
  CHECK(kind_of([&] { batch.submit_next([](dingtalk::Item) {}); }) == DTX_INVALID_ARGUMENT);
  batch.push("1");
  CHECK(told.get() == "1");
  batch.push("2");
  batch.finish();
  CHECK(batch.next() && !batch.next() && batch.try_next(item) && !item);
  CHECK(kind_of([&] { client.batch(dingtalk::BatchOptions().concurrency(0)); }) ==
        DTX_INVALID_ARGUMENT);
  batch = client.batch(dingtalk::BatchOptions().missing_ok(true).stop_on_missing(false));
  batch.push("hang");
  batch.cancel();
  batch.finish();
  CHECK(batch.next() && !batch.next());
}

// What a value says of its state.
static void states(const dingtalk::Client &client) {
  const dingtalk::Deletion deletion = client.remove("1");
  CHECK(deletion.status() == DTX_STATUS_DELETED && deletion.deleted() && !deletion.absent());
  char folder[] = "/tmp/layer-XXXXXX";
  CHECK(mkdtemp(folder) != nullptr);
  const std::string path = std::string(folder) + "/journal.jsonl";
  {
    const std::vector<std::string> ids = {"1", "denied"};
    dingtalk::BatchOptions options;
    // Side by side, "denied" may stop the batch before "1" is called.
    options.journal(path).concurrency(1);
    for (dingtalk::Item &item : client.remove_many(ids, options)) CHECK(item);
  }
  int gone = 0, refused = 0;
  dingtalk::Journal journal({path});
  while (const dingtalk::JournalEntry entry = journal.next()) {
    gone += entry.gone() && same(entry.user_id(), "1") && same(entry.kind_name(), "ok");
    refused += entry.not_deleted() && same(entry.kind_name(), "permission_denied");
    CHECK(!entry.was_not_there() && !entry.may_be_gone());
  }
  CHECK(gone == 1 && refused == 1);
  unlink(path.c_str());
  rmdir(folder);
}

static void shared_and_closed() {
  dingtalk::Client first = dingtalk::Client::shared(some_options());
  const dingtalk::Client second = dingtalk::Client::shared(some_options());
  first.set_access_token("stale");
  CHECK(kind_of([&] { second.remove("1"); }) == DTX_AUTHENTICATION);
  const dingtalk::Client own(some_options());
  own.close();
  CHECK(kind_of([&] { own.remove("1"); }) == DTX_INVALID_ARGUMENT);
}

static void reading(const dingtalk::Client &client) {
  CHECK(same(client.contact("0125400001").text("name"), "Li Lei"));
  CHECK(kind_of([] { dingtalk::Journal journal({"/nowhere/at/all"}); }) == DTX_JOURNAL);
  const dingtalk::Check check = client.check();
  const std::vector<dingtalk::CheckStep> steps = check.steps();
  CHECK(check.json() && check.report() && !steps.empty());
  for (const dingtalk::CheckStep &step : steps)
    CHECK(step.name() && step.text() && step.status() != 0 &&
          step.ok() + step.warning() + step.failed() + step.unknown() + step.skipped() == 1 &&
          (step.advice() || !step.has_error()) && (!step.has_error() || step.error().message()));
  CHECK(kind_of([&] { client.restore("no record"); }) == DTX_INVALID_ARGUMENT);
  const dingtalk::Restoration kept = client.restore(
      "{\"userid\":\"0125400001\",\"name\":\"Li Lei\",\"mobile\":\"13800000000\",\"state_code\":\"86\","
      "\"label_ids\":[1],\"follower_user_id\":\"m1\"}");
  CHECK(kept.still_there() && !kept.created() && !kept.may_be_created());
  CHECK(kept.status() == DTX_RESTORE_STILL_THERE && same(kept.user_id(), "0125400001") && kept.json());
  CHECK(same(kept.old_user_id(), "0125400001") && kept.attempts() == 0 && !kept.problem());
  dingtalk::Contacts contacts = client.contacts();
  dingtalk::Call cancelled;
  cancelled.cancel();
  CHECK(kind_of([&] { contacts.next(cancelled); }) == DTX_CANCELLED);
  dingtalk::Call all;
  dingtalk::Call one = all.child();
  all.cancel();
  CHECK(kind_of([&] { contacts.next(one); }) == DTX_CANCELLED);
}

int main() {
  const dingtalk::Client client(some_options());
  owners();
  every_option();
  errors(client);
  advice(client);
  language();
  calls(client);
  futures_and_callbacks(client);
  ranges(client);
  other_ranges(client);
  batches_by_hand(client);
  states(client);
  shared_and_closed();
  reading(client);
  std::cout << (failures ? "FAILED" : "passed") << '\n';
  return failures != 0;
}
