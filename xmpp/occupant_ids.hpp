#pragma once
// Occupant ids (XEP-0421): they say that somebody in a room is the same as before, and nothing else. A keyed hash of
// the room and the account, or, where none is known, of the nick.
#include <array>
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

  /// What all that somebody says in a room has in common, as bytes that a StanzaWriter takes as they are. Without a
  /// nick it is the room itself that speaks, which has no <occupant-id/>.
  struct Marks {
    std::string_view occupant;   // the whole <occupant-id/>; may be empty
    std::string_view stanza_id;  // the beginning of the room's <stanza-id/> (XEP-0359), up to the value of its id
  };

  /// The whole <occupant-id/> of somebody in a room, for StanzaWriter::ready().
  std::string element(std::string_view room_jid, std::string_view nick, std::string_view account);
  /// Of somebody who speaks, and so is likely to speak again. Good until the call after the next.
  Marks speaker(std::string_view room_jid, std::string_view nick, std::string_view account);

 private:
  struct Mac;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  struct Ready {
    std::string bytes;
    std::size_t occupant = 0;  // how many of them are the <occupant-id/>
    Marks marks() const {
      return {std::string_view{bytes}.substr(0, occupant), std::string_view{bytes}.substr(occupant)};
    }
  };
  using Known = boost::unordered_flat_map<std::string, std::unique_ptr<Ready>, Hash, std::equal_to<>>;

  std::array<char, 32> hashed(std::string_view seed);
  Ready make_ready(std::string_view room_jid, std::string_view nick);
  const Ready& find(std::string_view room_jid, std::string_view nick);

  std::unique_ptr<Mac> mac_;
  std::string scratch_;          // a seed
  std::string seed_;             // of who spoke last
  const Ready* last_ = nullptr;  // theirs
  Known known_;                  // by seed
  Known known_before_;           // the generation before: looked at, and then forgotten as a whole
};

}  // namespace isthmus::xmpp
