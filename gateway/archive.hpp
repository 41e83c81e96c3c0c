#pragma once
// Keeps what is said, where the foreign side lets it be kept: once for each room, whoever hears it, and once for each
// user and person (docs/decisions/archive.md). Rows go to the store at the end of each turn; nothing waits for them.
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/echoes.hpp"
#include "gateway/router.hpp"
#include "gateway/runtime/alarms.hpp"
#include "gateway/runtime/counters.hpp"
#include "gateway/runtime/turn.hpp"
#include "gateway/store/archive_store.hpp"

namespace isthmus {

class Archive final : public Witness, private Flushable {
 public:
  struct Retention {
    std::chrono::hours age{std::chrono::days{30}};
    std::size_t rows = 50'000;  // of one place
  };

  /// All of them outlive this.
  Archive(ArchiveStore& store, Router& router, Turn& turn, Alarms& alarms, Counters& counters, Retention retention);
  /// Whoever is still in a room leaves it.
  ~Archive() override;

  void heard(Event& event) override;
  void done(Event& event) override;

  /// Whether what `owner` hears and says in `place` may be kept.
  using MayKeep = std::function<bool(const Name& owner, const Conversation& place)>;
  /// Of an adapter's rooms and people nothing is kept unless it says so. An empty one: nothing.
  void let_keep(AdapterId adapter, MayKeep may_keep) { may_keep_[adapter] = std::move(may_keep); }
  /// True when the foreign side lets things be kept: what is said in `place` may be in the archive.
  bool is_kept(const Conversation& place) const;
  /// True when what `owner` hears and says there is kept now.
  bool is_keeping(const Name& owner, const Conversation& place) const;
  /// MayKeep answers otherwise now for that room; `is_there`: the owner is in it. What was kept stays.
  void switched(const Name& owner, const Conversation& room, bool is_there);
  /// The user is in no room any more, as far as this is concerned, and the store knows all that it is to know of them.
  void forget(const Name& owner);
  /// What `owner` may see of `place`. The query says which part; place, reader and visits are filled in here.
  void read(const Name& owner, const Conversation& place, ArchiveQuery query,
            std::function<void(ArchiveAnswer)> answer);

 private:
  /// A user in a room.
  struct Present {
    Position since = 0;
    std::optional<Position> before;  // the room's history told more: since then
    Echoes::Listener listener;
  };
  struct Room {
    ArchivePlacePtr place;
    Position last = 0;
    boost::unordered_flat_map<Name, Present> present;
    boost::unordered_flat_map<Name, Position> cut_off;  // whose link was lost, and when
    Echoes echoes;
  };
  struct Link {
    Name owner;
    AdapterId adapter{};
    Name network;
    friend bool operator==(const Link&, const Link&) = default;
    friend std::size_t hash_value(const Link& link) noexcept {
      return (hash_value(link.owner) * 31 + hash_value(link.network)) * 31 + static_cast<std::size_t>(link.adapter);
    }
  };
  struct Person {
    Name owner;
    Conversation conversation;
    friend bool operator==(const Person&, const Person&) = default;
    friend std::size_t hash_value(const Person& key) noexcept {
      return hash_value(key.conversation) * 31 + hash_value(key.owner);
    }
  };
  struct Talk {
    ArchivePlacePtr place;
    Position last = 0;
  };

  void enter(const Name& owner, const Conversation& where);
  void leave(const Name& owner, const Conversation& where, bool is_cut_off = false);
  void on_link_down(const Event& event, const LinkState& state);
  void on_changes(const Event& event, const Membership& membership);
  void keep(Event& event, bool is_own);
  void keep_in_room(Event& event, bool is_own);
  void keep_in_talk(const Event& event, bool is_own);
  void add(ArchivePlacePtr place, Position position, const Event& event, bool is_own);
  /// Where something goes that happened long ago; nullopt: the user was not there.
  std::optional<Position> late_position(Room& room, const Event& event, SystemTime at) const;
  /// The next place behind all that was kept there.
  Position next(Position& last) const;
  ArchivePlace place_of(const Name& owner, const Conversation& where) const;
  void want_flush() { turn_.request(*this, Turn::Phase::users); }
  void flush() override;
  void trim();

  ArchiveStore& store_;
  Router& router_;
  Turn& turn_;
  Alarms& alarms_;
  Counters& counters_;
  Retention retention_;
  std::map<AdapterId, MayKeep> may_keep_;
  boost::unordered_flat_map<Conversation, std::unique_ptr<Room>> rooms_;  // in which somebody is, or was just now
  boost::unordered_flat_map<Link, std::vector<Conversation>> by_link_;    // where each user is
  boost::unordered_flat_map<Person, Talk> talks_;                         // of late
  ArchiveBatch batch_;
  Alarm trim_;
};

}  // namespace isthmus
