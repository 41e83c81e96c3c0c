#pragma once
// The IRC network: a server that lets everybody in and knows what a gateway asks while it registers and joins (RFC
// 2812, IRCv3 capability negotiation). Every channel also holds one foreign member, and more when asked for.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/bench/load_loop.hpp"

namespace isthmus::bench {

class IrcServer {
 public:
  /// A user of the gateway said `text` to `target`.
  using OnMessage = std::function<void(std::size_t user, std::string_view target, std::string_view text)>;

  /// `crowd`: how many more members each channel lists, who never say anything.
  IrcServer(Loop& loop, std::size_t crowd, OnMessage on_message);
  ~IrcServer();

  std::uint16_t port() const { return listener_.port(); }
  /// Sends a whole line, CR LF included, to the connection of `user`; nothing when there is none.
  void send(std::size_t user, std::string_view line);
  std::size_t lines_seen() const { return lines_seen_; }

 private:
  class Client;
  struct Line;
  using Members = std::vector<Client*>;

  void welcome(Client& client);
  void join(Client& client, std::string_view channel);
  void send_names(Client& client, const std::string& channel, const Members& members);
  void part(Client& client, const std::string& channel);
  void quit(Client& client);
  void answer_mode(Client& client, const Line& line);

  OnMessage on_message_;
  std::string crowd_names_;  // "friend member0 member1 …"
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<Client*> by_user_;
  std::unordered_map<std::string, Members> channels_;
  std::size_t lines_seen_ = 0;
  Listener listener_;
};

}  // namespace isthmus::bench
