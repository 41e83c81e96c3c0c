#pragma once
// Occupant ids (XEP-0421): they say that somebody in a room is the same as before, and nothing else. A keyed hash of
// the room and the account, or, where none is known, of the nick.
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <string>
#include <string_view>

namespace isthmus::xmpp {

class OccupantIds {
 public:
  /// Speakers who are remembered at least; whoever spoke before them costs another hash.
  static constexpr std::size_t remembered = 512;

  /// `key` may have any length. Empty: a random one, so that ids change with each start.
  explicit OccupantIds(std::string_view key);
  ~OccupantIds();
  OccupantIds(const OccupantIds&) = delete;
  OccupantIds& operator=(const OccupantIds&) = delete;

  /// The whole <occupant-id/> of somebody in a room, for StanzaWriter::ready().
  std::string element(std::string_view room_jid, std::string_view nick, std::string_view account);
  /// The same for somebody who speaks, and so is likely to speak again. Good until the next call.
  std::string_view speaker(std::string_view room_jid, std::string_view nick, std::string_view account);

 private:
  struct Mac;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  using Known = boost::unordered_flat_map<std::string, std::string, Hash, std::equal_to<>>;

  /// What is hashed, into seed_.
  void set_seed(std::string_view room_jid, std::string_view nick, std::string_view account);
  std::string hashed_seed();

  std::unique_ptr<Mac> mac_;
  std::string seed_;
  Known known_;         // by seed
  Known known_before_;  // the generation before: looked at, and then forgotten as a whole
};

}  // namespace isthmus::xmpp
