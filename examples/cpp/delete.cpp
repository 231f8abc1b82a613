// Deletes the external contacts whose ids are given.
//
//   c++ -std=c++11 -Wall -Wextra -pedantic delete.cpp -o delete -ldingtalk_extcontact
//   export DINGTALK_APP_KEY=... DINGTALK_APP_SECRET=...
//   ./delete 0125400001 0125400002
//
// DINGTALK_ACCESS_TOKEN serves instead of key and secret. DINGTALK_ENDPOINT leads to a sandbox,
// DINGTALK_REGION to the hosts in China.
//
// Exit status: 0 every contact is gone, 1 some are not, 2 nothing could be sent.
#include <dingtalk_extcontact.hpp>

#include <iostream>

static void print_field(const char *name, const char *value) {
  // Null is "not known", which is not the same as empty.
  if (value)
    std::cerr << "  " << name << ": " << value << '\n';
}

static void print_error(const std::string &what, const dingtalk::Error &error) {
  std::chrono::milliseconds wait;

  std::cerr << "failed: " << what << '\n';
  print_field("kind", error.kind_name());
  print_field("code", error.code());
  print_field("message", error.what());
  print_field("advice", error.advice());
  print_field("request id", error.request_id());
  print_field("may be gone", error.maybe_deleted() ? "yes" : "no");
  if (error.retry_after(wait))
    std::cerr << "  retry after: " << wait.count() << " ms\n";
}

static void print_deletion(const std::string &user_id, const dingtalk::Deletion &deletion) {
  const char *request_id = deletion.request_id();

  // Absent is fine, but not the same: it does not prove that the id was ever right.
  std::cout << (deletion.absent() ? "absent: " : "deleted: ") << user_id << " (request id "
            << (request_id ? request_id : "not known") << ')';
  if (deletion.maybe_deleted())
    std::cout << ", perhaps deleted just now: the reply to an earlier request was lost";
  std::cout << '\n';
}

static int delete_contacts(char **begin, char **end) {
  // One client for all: it keeps its connection and its token, and heeds the rate limit.
  const dingtalk::Client client(dingtalk::Options::from_env());
  long failed = 0, refused = 0;

  for (char **id = begin; id != end; ++id) {
    try {
      print_deletion(*id, client.remove(*id));
    } catch (const dingtalk::Error &error) {
      print_error(*id, error);
      ++failed;
      // Refused before anything was sent.
      refused += error.kind() == DTX_INVALID_ARGUMENT;
    }
  }
  if (failed == 0)
    return 0;
  return refused == end - begin ? 2 : 1;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    std::cerr << "usage: " << argv[0] << " ID...\n";
    return 2;
  }
  try {
    return delete_contacts(argv + 1, argv + argc);
  } catch (const dingtalk::Error &error) {
    print_error("no client", error);
    return 2;
  }
}
