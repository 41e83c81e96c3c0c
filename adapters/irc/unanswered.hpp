#pragma once
// What was sent under labels and has no answer yet (https://ircv3.net/specs/extensions/labeled-response, echo-message).
// No I/O; time is a parameter.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/model/event.hpp"
#include "gateway/runtime/alarms.hpp"
#include "gateway/store/store.hpp"

namespace isthmus::irc {

/// Something that the users' side waits for, sent in one or several lines of which each has its label.
struct Labelled {
  EventPtr event;
  std::uint32_t first = 0;  // the label of its first line; the others follow
  std::uint16_t lines = 1;
  std::uint16_t answered = 0;  // of those
  SteadyTime due{};            // when to stop waiting
  std::uint64_t digest = 0;    // of the texts as they were sent (digest_with)
  std::uint64_t echoed = 0;    // of the texts as they came back so far
  Message relayed{};           // what came back so far, where it is more than one line
  std::vector<std::string> msgids{};
  std::optional<SystemTime> at{};  // when the server had the first, if that was not just now
};

class Unanswered {
 public:
  static constexpr std::size_t max = 200;

  bool has_room() const noexcept { return all_.size() < max; }
  bool empty() const noexcept { return all_.empty(); }
  /// The first of `lines` labels that follow each other, as numbers.
  std::uint32_t take_labels(std::uint16_t lines) noexcept;
  void add(Labelled labelled) { all_.push_back(std::move(labelled)); }
  /// nullptr when nothing of that label waits. Good until the next add() or take().
  Labelled* find(std::string_view label) noexcept;
  Labelled take(Labelled& labelled);
  /// The first that is due; nullopt when none is.
  std::optional<Labelled> take_due(SteadyTime now);
  /// All of them, in the order in which they were sent.
  std::vector<Labelled> take_all() noexcept;
  /// The messages to people among them.
  std::vector<EventPtr> take_private();
  SteadyTime next_due() const noexcept;

 private:
  std::vector<Labelled> all_;
  std::uint32_t next_ = 1;
};

/// The text of a label.
std::string to_label(std::uint32_t number);

/// By which ids the user's client knows it, and the server: `msgids`, one for each line.
StoredIds ids_of(const Envelope& about, std::vector<std::string> msgids);

/// What the user said and the server gave ids: known by those to others, and by the client's own ids to the user.
class OwnMessages {
 public:
  static constexpr std::size_t max = 100;

  void add(const Envelope& about, std::vector<std::string> msgids);
  void add(StoredIds ids);
  bool empty() const noexcept { return ring_.empty(); }
  /// The server's ids of the message that `id` is the client's id or one of the server's ids of; nullptr: not known.
  const std::vector<std::string>* msgids(std::string_view id) const noexcept;
  /// The client's id of what the server calls `msgid`; "" when it is not known.
  std::string_view client_id(std::string_view msgid) const noexcept;

 private:
  struct Own {
    std::string id;      // of the stanza
    std::string origin;  // XEP-0359
    std::vector<std::string> msgids;
  };
  std::vector<Own> ring_;
  std::size_t next_ = 0;  // to be replaced, once there are as many as are kept
};

}  // namespace isthmus::irc
