#pragma once
// What the users' side asks and gets an answer to. The answer is written into the request, which comes back to its
// source with the receipt; after a refusal it holds none. Each request is answered once.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "gateway/model/data.hpp"
#include "gateway/model/people.hpp"

namespace isthmus {

/// Of a room: changes what people may there. All or the first refusal; role none is a kick, outcast a ban.
struct Moderate {
  struct Wish {
    std::string who;  // display name; for outcasts also a mask in the foreign side's notation
    std::optional<Affiliation> affiliation;
    std::optional<Role> role;
    std::string reason;
  };
  std::vector<Wish> wishes;
};

/// Of a room: who has that affiliation, or that role.
struct ReadStandings {
  struct Entry {
    std::string who;  // display name, or an outcast's mask
    Affiliation affiliation = Affiliation::none;
    Role role = Role::none;
    std::string by{};  // who gave it; may be empty
    std::optional<SystemTime> at{};
  };
  std::optional<Affiliation> affiliation;
  std::optional<Role> role;
  std::vector<Entry> found;  // the answer
};

/// Of a room, which the owner need not be in.
struct ReadSettings {
  RoomSettings found;                        // the answer, with
  std::optional<std::uint32_t> members;      // how many are there,
  std::string name;                          // its name as the foreign side spells it,
  std::optional<RoomInfo::Subject> subject;  // and its subject, as far as known
};
struct ChangeSettings {
  RoomSettings wished;
};

/// Of a network: its rooms. Users never share one.
struct ReadDirectory {
  std::shared_ptr<const Directory> found;  // the answer
};

/// Of a person.
struct ReadProfile {
  Profile found;  // the answer
};

/// Asks the client of a person something that it answers by itself.
struct AskClient {
  enum class What : std::uint8_t { version, ping, time } what{};
  std::string answer;  // the answer: version or local time as text
};

/// Of a place: its last value.
struct ReadValue {
  Rare<Data> found;  // the answer; none: it has none, as far as is known
};

/// Of a place: says `value` there, as programs do. Without bytes and stored: takes away what is kept.
struct PublishValue {
  Rare<Data> value;
};

/// Of a place: the owner wants to hear of its values (NewValue), or no more.
struct WatchValues {
  bool on = true;
};

/// Of a network, a place of values, or the gateway: what is below it, as far as it was ever seen. Names of places are
/// paths.
struct ReadBranch {
  struct Entry {
    std::string name;        // of this level
    bool has_value = false;  // it was seen to have one
    bool has_more = false;   // there is something below it
  };
  // The answer: by name, each once, with
  std::vector<Entry> found;
  bool has_value = false;  // what was asked of was seen to have one
  bool may_read = false;   // what the owner may do there
  bool may_publish = false;
};

struct Request {
  using Question = std::variant<Moderate, ReadStandings, ReadSettings, ChangeSettings, ReadDirectory, ReadProfile,
                                AskClient, ReadValue, PublishValue, WatchValues, ReadBranch>;
  Question what;
};

/// Of a person: the owner wants to hear of their Presence, or no more.
struct Watch {
  bool on = true;
};

}  // namespace isthmus
