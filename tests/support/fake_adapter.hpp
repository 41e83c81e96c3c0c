#pragma once
// An adapter that does as it is told and remembers what it got.
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/adapter.hpp"

namespace isthmus::test {

/// "#room%net", "person%net", "net", "": a grammar as plain as can be. Names are lower-cased (ASCII).
class FakeAddressBook final : public AddressBook {
 public:
  FakeAddressBook(AdapterId id, NameTable& names) : id_{id}, names_{names} {}
  Answer<Conversation> parse(std::string_view text) const override;
  std::string text(const Conversation& place) const override;
  Answer<Conversation> person(const Conversation& room, std::string_view name) const override;
  std::string_view scheme() const noexcept override { return own_scheme; }
  /// "net/#room".
  Answer<Conversation> place(std::string_view text) const override;
  /// "#all*" overlaps all that begins with "#all".
  bool overlap(std::string_view a, std::string_view b) const override;
  bool is_open_to_programs() const noexcept override { return true; }

  std::string_view own_scheme = "fake";

 private:
  AdapterId id_;
  NameTable& names_;
};

class FakeAdapter final : public Adapter {
 public:
  FakeAdapter(AdapterId id, NameTable& names) : book_{id, names} {}

  asio::awaitable<void> run() override { co_return; }
  /// Answers with the next of `answers`, or Accepted. What is Pending is moved to `pending`; every delivery is noted.
  Outcome deliver(Delivery& delivery) override;
  const AddressBook& addresses() const override { return book_; }
  void set_scheme(std::string_view scheme) { book_.own_scheme = scheme; }
  Capabilities capabilities(const Name&, const Conversation&) const override { return can; }
  std::string_view protocol() const override { return "irc"; }
  /// `offered`, at networks, `offered_in_rooms` there.
  std::vector<Command> commands(const Conversation& place) override {
    if (place.kind == PlaceKind::room) return offered_in_rooms;
    return place.kind == PlaceKind::network ? offered : std::vector<Command>{};
  }
  std::vector<SessionInfo> sessions(const Name& owner) const override {
    std::vector<SessionInfo> all = open;
    if (!owner.empty()) std::erase_if(all, [&](const SessionInfo& it) { return it.owner != owner; });
    return all;
  }
  std::size_t end_sessions(const Name& owner, const Name& network, std::string_view reason) override {
    ended.push_back(owner.str() + " " + (network.empty() ? "all" : network.str()) + ": " + std::string{reason});
    return std::erase_if(
        open, [&](const SessionInfo& it) { return it.owner == owner && (network.empty() || it.network == network); });
  }
  void forget(const Name& owner) override { forgotten.push_back(owner.str()); }

  struct Seen {
    std::string what;  // see describe()
    bool is_receipt = false;
    bool is_refused = false;
    std::string why;  // the condition
    Actor who{};
    Origin origin = Origin::live;
  };
  std::deque<Outcome> answers;
  std::vector<Seen> seen;
  std::vector<EventPtr> pending;
  Capabilities can;
  std::vector<Command> offered;
  std::vector<Command> offered_in_rooms;
  std::vector<SessionInfo> open;
  std::vector<std::string> ended;  // "juliet@example.org net: the reason"
  std::vector<std::string> forgotten;

 private:
  FakeAddressBook book_;
};

std::string describe(const Request& request);
/// One line that a person can read: "message #room%net hello", "join #room%net juliet".
std::string describe(const Event& event);

}  // namespace isthmus::test
