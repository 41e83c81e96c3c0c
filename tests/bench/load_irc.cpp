#include "tests/bench/load_irc.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <utility>

#include "tests/bench/load_names.hpp"

namespace isthmus::bench {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::string_view server_name = "irc.localhost";
constexpr std::string_view capabilities = "multi-prefix";
constexpr std::size_t names_size = 400;  // bytes of names in one 353, so that the line stays under 512

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

/// Takes the text before `mark` off the front of `rest`.
std::string_view take_until(std::string_view& rest, char mark) {
  const std::size_t end = std::min(rest.find(mark), rest.size());
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return taken;
}

}  // namespace

/// A line without CR LF, its prefix dropped. Absent parameters are empty.
struct IrcServer::Line {
  explicit Line(std::string_view text) {
    if (text.starts_with(':')) take_until(text, ' ');
    command = take_until(text, ' ');
    for (std::string_view& parameter : parameters) {
      if (text.starts_with(':')) {
        parameter = text.substr(1);
        return;
      }
      parameter = take_until(text, ' ');
    }
  }
  std::string_view command;
  std::array<std::string_view, 4> parameters;
};

class IrcServer::Client : public Connection {
 public:
  Client(Loop& loop, int descriptor, IrcServer& server) : Connection(loop, descriptor), server_(server) {}

  /// A numeric reply: ":server CODE nick REST".
  void reply(std::string_view code, std::string_view rest) {
    send(joined({":", server_name, " ", code, " ", nick.empty() ? "*" : nick, " ", rest, "\r\n"}));
  }
  std::string prefix() const { return joined({":", nick, "!", nick, "@gateway.example"}); }

  std::string nick;
  std::optional<std::size_t> user;

 private:
  std::size_t on_data(std::string_view data) override {
    std::size_t used = 0;
    for (;;) {
      const std::size_t end = data.find('\n', used);
      if (end == npos) return used;
      std::string_view line = data.substr(used, end - used);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (!line.empty()) on_line(Line{line});
      used = end + 1;
    }
  }

  void on_closed() override { server_.quit(*this); }

  void on_line(const Line& line) {
    const std::string_view target = line.parameters[0];
    const std::string_view text = line.parameters[1];
    ++server_.lines_seen_;
    if (line.command == "PRIVMSG") {
      if (user) server_.on_message_(*user, target, text);
    } else if (line.command == "PING") {
      send(joined({":", server_name, " PONG ", server_name, " :", target, "\r\n"}));
    } else if (!registered_) {
      on_registration(line);
    } else if (line.command == "JOIN") {
      for (std::string_view channels = target; !channels.empty();) server_.join(*this, take_until(channels, ','));
    } else if (line.command == "PART") {
      server_.part(*this, std::string{target});
    } else if (line.command == "QUIT") {
      send("ERROR :Closing link\r\n");
      close_after_writing();
    } else {
      on_query(line);
    }
  }

  void on_registration(const Line& line) {
    const std::string_view first = line.parameters[0];
    const std::string_view wanted = line.parameters[1];
    if (line.command == "NICK") {
      nick = first;
    } else if (line.command == "USER") {
      has_user_ = true;
    } else if (line.command == "CAP") {
      negotiating_ = first != "END";
      if (first == "LS") send(joined({":", server_name, " CAP * LS :", capabilities, "\r\n"}));
      if (first == "REQ") {
        const bool known = wanted == capabilities || wanted == joined({capabilities, " "});
        send(joined({":", server_name, " CAP * ", known ? "ACK" : "NAK", " :", wanted, "\r\n"}));
      }
    }
    registered_ = !nick.empty() && has_user_ && !negotiating_;
    if (registered_) server_.welcome(*this);
  }

  void on_query(const Line& line) {
    const std::string_view target = line.parameters[0];
    if (line.command == "MODE") {
      server_.answer_mode(*this, line);
    } else if (line.command == "WHO") {
      reply("315", joined({target, " :End of WHO list"}));
    } else if (line.command == "WHOIS") {
      reply("318", joined({target, " :End of WHOIS list"}));
    } else if (line.command == "TOPIC") {
      reply("331", joined({target, " :No topic is set"}));
    } else if (line.command == "AWAY") {
      reply(target.empty() ? "305" : "306", ":Noted");
    } else if (line.command != "PONG" && line.command != "CAP" && line.command != "NOTICE") {
      reply("421", joined({line.command, " :Unknown command"}));
    }
  }

  IrcServer& server_;
  bool has_user_ = false;
  bool negotiating_ = false;
  bool registered_ = false;
};

IrcServer::IrcServer(Loop& loop, std::size_t crowd, OnMessage on_message)
    : on_message_(std::move(on_message)), crowd_names_(foreign_nick), listener_(loop, [this, &loop](int descriptor) {
        clients_.push_back(std::make_unique<Client>(loop, descriptor, *this));
      }) {
  for (std::size_t i = 0; i < crowd; ++i) crowd_names_.append(" member").append(std::to_string(i));
}

IrcServer::~IrcServer() = default;

void IrcServer::send(std::size_t user, std::string_view line) {
  if (user < by_user_.size() && by_user_[user] != nullptr) by_user_[user]->send(line);
}

void IrcServer::welcome(Client& client) {
  client.user = user_of(client.nick);
  if (client.user) {
    if (by_user_.size() <= *client.user) by_user_.resize(*client.user + 1);
    by_user_[*client.user] = &client;
  }
  client.reply("001", ":Welcome");
  client.reply("002", ":Your host is irc.localhost");
  client.reply("003", ":This server was created just now");
  client.reply("004", "irc.localhost load-1 io nt");
  client.reply("005",
               "CASEMAPPING=ascii CHANMODES=b,k,l,nt CHANTYPES=# NICKLEN=30 PREFIX=(ov)@+ NETWORK=bench "
               ":are supported by this server");
  client.reply("422", ":MOTD File is missing");
}

void IrcServer::join(Client& client, std::string_view name) {
  const std::string channel{name};
  Members& members = channels_[channel];
  if (std::ranges::find(members, &client) != members.end()) return;
  members.push_back(&client);
  const std::string line = joined({client.prefix(), " JOIN ", channel, "\r\n"});
  for (Client* member : members) member->send(line);
  send_names(client, channel, members);
}

void IrcServer::send_names(Client& client, const std::string& channel, const Members& members) {
  std::string names = crowd_names_;
  for (const Client* member : members) names.append(" ").append(member->nick);
  for (std::string_view rest = names; !rest.empty();) {
    const std::size_t end = rest.size() <= names_size ? rest.size() : rest.rfind(' ', names_size);
    client.reply("353", joined({"= ", channel, " :", rest.substr(0, end)}));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  client.reply("366", joined({channel, " :End of NAMES list"}));
}

void IrcServer::part(Client& client, const std::string& channel) {
  Members& members = channels_[channel];
  const std::string line = joined({client.prefix(), " PART ", channel, "\r\n"});
  for (Client* member : members) member->send(line);
  std::erase(members, &client);
}

void IrcServer::quit(Client& client) {
  if (client.user && by_user_[*client.user] == &client) by_user_[*client.user] = nullptr;
  const std::string line = joined({client.prefix(), " QUIT :Gone\r\n"});
  for (auto& [channel, members] : channels_) {
    if (std::erase(members, &client) == 0) continue;
    for (Client* member : members) member->send(line);
  }
}

void IrcServer::answer_mode(Client& client, const Line& line) {
  const std::string_view target = line.parameters[0];
  const std::string_view mode = line.parameters[1];
  if (!target.starts_with('#')) {
    client.reply("221", "+i");
  } else if (mode.empty()) {
    client.reply("324", joined({target, " +nt"}));
  } else if (mode.ends_with('b')) {
    client.reply("368", joined({target, " :End of channel ban list"}));
  } else {
    client.reply("482", joined({target, " :You're not channel operator"}));
  }
}

}  // namespace isthmus::bench
