// A test of the C++ header: closes a client while threads delete with it. Each call ends well or is
// refused.
#include <dingtalk_extcontact.hpp>

#include <cstring>
#include <iostream>
#include <thread>
#include <vector>

static bool is_refused(const dingtalk::Client &client) {
  try {
    client.remove("closing");
    return false;
  } catch (const dingtalk::Error &error) {
    return std::strstr(error.what(), "client is closed") != nullptr;
  }
}

int main() {
  const dingtalk::Client client(dingtalk::Options::from_env());
  std::vector<std::thread> threads;

  for (int i = 0; i < 8; i++)
    threads.emplace_back([&client] {
      while (!is_refused(client))
        continue;
    });
  is_refused(client);
  client.close();
  client.close();
  for (std::thread &thread : threads)
    thread.join();
  std::cout << "refused: " << threads.size() << '\n';
}
