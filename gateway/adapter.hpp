#pragma once
// What every protocol implements, the users' side included, and all that the router knows of it.
#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/command.hpp"
#include "gateway/model/capabilities.hpp"
#include "gateway/model/event.hpp"
#include "gateway/result.hpp"

namespace isthmus {

namespace asio = boost::asio;

/// An event on its way to an adapter: forward, or, with a receipt, back to where it came from.
struct Delivery {
  EventPtr event;
  std::optional<Receipt> receipt;
};

/// The adapter has handed it on, or keeps it; nothing more will be said of it.
struct Accepted {};
/// The adapter took the event and will give it back by Router::confirmed or Router::failed.
struct Pending {};
/// Not now: the adapter calls Router::resumed when it may be tried again. The event stays with the router.
struct Deferred {};
struct Rejected {
  Refusal why;
};
using Outcome = std::variant<Accepted, Pending, Deferred, Rejected>;

template <class T>
using Answer = boost::system::result<T, Refusal>;

/// What service discovery calls a place: a category and a type of the registry (XEP-0030 §3.1), literals.
struct Identity {
  std::string_view category;
  std::string_view type;
};

/// The grammar of one adapter's addresses: text ⇄ Conversation. Pure. Texts are unescaped; whatever the users' side
/// must escape, it escapes itself. The empty text is the adapter's domain as such.
class AddressBook {
 public:
  virtual ~AddressBook() = default;
  /// True when its texts are printable ASCII without capitals and have an =hh of their own, which stays as it is.
  virtual bool has_own_escapes() const noexcept { return false; }
  /// The place that `text` names, or why it names none. For a text that text() would not write so: gone, with the right
  /// text as the alternate.
  virtual Answer<Conversation> parse(std::string_view text) const = 0;
  /// The text that parse() takes back to `place`.
  virtual std::string text(const Conversation& place) const = 0;
  /// The conversation with the participant `name` of `room` alone.
  virtual Answer<Conversation> person(const Conversation& room, std::string_view name) const = 0;

  // How the configuration and programs name places, "scheme:network/native" or "scheme:native" where there is one
  // network only: by the names that the foreign side itself has for them.

  /// A literal of a-z; empty: nothing here is named so.
  virtual std::string_view scheme() const noexcept { return {}; }
  /// The room that `text`, what follows the colon, names.
  virtual Answer<Conversation> place(std::string_view text) const {
    return Refusal{Condition::item_not_found, Remedy::cancel, "Nothing here is named " + std::string{text} + ".", {}};
  }
  /// Whether what is said in one of these rooms of one network may also be said in the other: native names.
  virtual bool overlap(std::string_view a, std::string_view b) const { return a == b; }
  /// Whether its places may be heard by programs that may read them, and not by links alone.
  virtual bool is_open_to_programs() const noexcept { return false; }
};

/// A user's session on a network, for people to read.
struct SessionInfo {
  Name owner;
  Name network;
  std::string state;  // in a few words
};

/// How one of an adapter's foreign services stands, for operators.
struct LinkReport {
  std::string name;          // as the configuration or addresses name it
  std::size_t sessions = 0;  // connections that are wanted
  std::size_t up = 0;        // of these: logged in
  std::size_t queued = 0;    // bytes that wait to be written
};

class Adapter {
 public:
  virtual ~Adapter() = default;
  /// Connects, reconnects, emits events; ends when cancelled, after having said goodbye to the other side.
  virtual asio::awaitable<void> run() = 0;
  /// A plain function that never waits. It takes the event out of `delivery` only when it answers Pending or Accepted.
  /// Called by the router alone, never from within the adapter's own code.
  virtual Outcome deliver(Delivery& delivery) = 0;
  /// `event` waits for this adapter, which deferred it, or has not seen it: others of its conversation wait already.
  virtual void on_waiting(Event& event) { static_cast<void>(event); }
  virtual const AddressBook& addresses() const = 0;
  /// What can be said in `place` in the owner's session as it is now.
  virtual Capabilities capabilities(const Name& owner, const Conversation& place) const = 0;
  /// What service discovery calls it: a literal of the registry's category "gateway" (XEP-0100), e.g. "irc".
  virtual std::string_view protocol() const = 0;
  /// What users may have done at `place`, a network or the gateway. None unless the adapter has some.
  virtual std::vector<Command> commands(const Conversation& place) {
    static_cast<void>(place);
    return {};
  }
  /// What administrators may have done here; `isthmus` on the command line too.
  virtual std::vector<Command> admin_commands() { return {}; }
  /// The sessions of `owner`, or of everybody when it is empty.
  virtual std::vector<SessionInfo> sessions(const Name& owner) const {
    static_cast<void>(owner);
    return {};
  }
  /// Ends the owner's session on `network`, or all of them when it is empty; both sides hear `reason`. How many.
  virtual std::size_t end_sessions(const Name& owner, const Name& network, std::string_view reason) {
    static_cast<void>(owner);
    static_cast<void>(network);
    static_cast<void>(reason);
    return 0;
  }
  /// What the owner has set here is forgotten; whoever calls tells the store.
  virtual void forget(const Name& owner) { static_cast<void>(owner); }
  /// Those that are in use, by name; for a glance now and then, not for each message.
  virtual std::vector<LinkReport> links() const { return {}; }
  virtual Identity identity(PlaceKind kind) const {
    return kind == PlaceKind::direct ? Identity{"client", "pc"} : Identity{"conference", protocol()};
  }
};

}  // namespace isthmus
