#pragma once
// What a session asks of the connection that carries it. A test plays this part and reads back.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/irc/isupport.hpp"
#include "gateway/adapter.hpp"
#include "gateway/model/event.hpp"
#include "gateway/runtime/alarms.hpp"
#include "gateway/store/store.hpp"

namespace isthmus::irc {

/// Which lines go first when the network's flood limit makes lines wait.
enum class Urgency : std::uint8_t {
  now,    // not held up at all: PONG, QUIT, the login
  user,   // what the user does
  later,  // what we do ourselves: rejoining, regaining a nick
};

class SessionHost {
 public:
  virtual ~SessionHost() = default;

  /// Starts to connect; Session::on_connected or on_disconnected follows, never from within this call. `patient`:
  /// nobody waits for it, so the attempt may stand in line behind those of other users for as long as that takes.
  virtual void connect(bool patient) = 0;
  /// The server is to be connected to with TLS, at `port`, from the next connect() on (STS).
  virtual void secure(std::uint16_t port) = 0;
  /// And so is to be done for that long, by everybody, over restarts; 0: no more.
  virtual void keep_secure(std::chrono::seconds duration) = 0;
  /// Ends the connection at once. on_disconnected does not follow. Messages that were not written fail with `why`.
  virtual void drop(const Refusal& why) = 0;
  /// The session is over: what was sent may still leave, then the connection ends. The session is not called again.
  virtual void finish() = 0;

  /// Sends whole lines, CR LF included. When they will have left, by the flood limit.
  virtual SteadyTime send(std::string_view lines, Urgency urgency) = 0;
  /// Where the lines of one message are appended; sent() follows in any case.
  virtual std::string& lines() = 0;
  /// Takes what was appended since lines() had `from` bytes, and the event that it says: to be confirmed when written,
  /// unless it is nullptr. False when too much waits already: nothing is sent, and the event stays.
  virtual bool sent(EventPtr& event, std::size_t from) = 0;

  /// Session::on_tick at `due`, instead of at the time asked for before.
  virtual void wake(SteadyTime due) = 0;

  /// A new event of the owner's, in `place`, seen now; the payload is an empty Message.
  virtual EventPtr event(const Conversation& place) = 0;
  virtual void emit(EventPtr event) = 0;
  virtual void confirmed(EventPtr event) = 0;
  virtual void failed(EventPtr event, Refusal why) = 0;

  /// Keeps by which ids something that the user said is known, over restarts; whose it is and which network's is the
  /// host's to fill in.
  virtual void remember(StoredIds ids) = 0;
  /// Session::on_recalled follows, with the newest `most` of these.
  virtual void recall(std::size_t most) = 0;

  virtual SystemTime wall_clock() const = 0;
  /// In [0, 1).
  virtual double random() = 0;
  /// What nobody can guess and that is never given twice: printable ASCII without commas.
  virtual std::string nonce() = 0;
  /// Both are literals.
  virtual void count(std::string_view name, std::string_view reason) = 0;
  /// A change of state worth a line in the log.
  virtual void log(std::string_view text) = 0;
};

/// Storage that all sessions of an adapter use in turn, so that none keeps its own.
struct Scratch {
  std::string folded;
  std::string text;
  std::string address;
  std::string line;
  std::string said;  // what leaves, where it is not the message's own text
  std::vector<std::string_view> pieces;
  std::vector<ModeChange> modes;
  std::vector<EventPtr> through;  // messages that a write completed
};

}  // namespace isthmus::irc
