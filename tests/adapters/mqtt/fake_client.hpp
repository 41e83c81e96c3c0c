#pragma once
// A client of the port that does nothing by itself: a test reads what was asked, and says what the broker says.
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "adapters/mqtt/client.hpp"

namespace isthmus::mqtt {

struct FakeWire {
  struct Asked {
    std::string what;  // "connect", "subscribe home/#", "publish home/temp 21", "disconnect"
    Token token = 0;
    Publication publication{};
    ConnectOptions options{};
    SubscribeOptions subscribe{};
  };
  std::vector<Asked> asked;
  ClientHandler* handler = nullptr;  // of the client that was made last
  int made = 0;

  std::vector<std::string> take() {
    std::vector<std::string> all;
    for (const auto& one : asked) all.push_back(one.what);
    asked.clear();
    return all;
  }
  ClientMaker maker();
};

class FakeClient final : public Client {
 public:
  explicit FakeClient(FakeWire& wire) : wire_{wire} {}
  void connect(const ConnectOptions& options) override {
    wire_.asked.push_back({.what = "connect", .options = options});
  }
  void disconnect() override { wire_.asked.push_back({.what = "disconnect"}); }
  void subscribe(Token token, const std::string& filter, const SubscribeOptions& options) override {
    wire_.asked.push_back({.what = "subscribe " + filter, .token = token, .subscribe = options});
  }
  void unsubscribe(Token token, const std::string& filter) override {
    wire_.asked.push_back({.what = "unsubscribe " + filter, .token = token});
  }
  void publish(Token token, const Publication& publication) override {
    wire_.asked.push_back({.what = "publish " + publication.topic + " " + publication.payload,
                           .token = token,
                           .publication = publication});
  }
  void acknowledge(std::uint64_t) override {}

 private:
  FakeWire& wire_;
};

inline ClientMaker FakeWire::maker() {
  return [this](ClientHandler& to) -> std::unique_ptr<Client> {
    handler = &to;
    ++made;
    return std::make_unique<FakeClient>(*this);
  };
}

}  // namespace isthmus::mqtt
