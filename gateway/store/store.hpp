#pragma once
// What the gateway remembers over restarts. Small things are read once, before the loop runs, and are then kept by
// whoever needs them; changes are queued here, and committed on a thread of the store's own. Nothing here waits.
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/archive_store.hpp"

namespace isthmus {

/// Something that a user has set. `place` is where it counts, as text of the adapter's (a network's name, say); empty:
/// everywhere.
struct Setting {
  std::string owner;  // the user
  std::string adapter;
  std::string place;
  std::string key;
  std::string value;
  bool is_secret = false;  // lies encrypted in the file
  friend bool operator==(const Setting&, const Setting&) = default;
};

/// A user wants to know whether somebody or something is there.
struct StoredSubscription {
  std::string owner;
  std::string address;  // as the users' side writes it
  friend auto operator<=>(const StoredSubscription&, const StoredSubscription&) = default;
};

/// A private message on its way, to be said again should this process end before it has arrived.
struct StoredMessage {
  std::string id;  // 32 hexadecimal digits: in this order
  std::string owner;
  std::string address;      // of the other one, as the users' side writes it
  bool from_owner = false;  // who else: the other one
  std::string sender;       // display name
  std::string ref;          // Envelope::ref
  std::string client;       // of the owner's that said it; may be empty
  std::string client_id;    // what it calls it; may be empty
  SystemTime at;
  SaidRecord said;
  friend bool operator==(const StoredMessage&, const StoredMessage&) = default;
};

/// By which ids something that a user said is known, on either side. Kept only where somebody may refer to it by one of
/// them that is not known otherwise.
struct StoredIds {
  std::string owner;    // who said it
  std::string adapter;  // what its adapter calls its protocol
  std::string network;
  std::string native;               // where
  std::string id;                   // their client's
  std::string origin;               // the same, where the client gives another for this purpose; may be empty
  std::vector<std::string> pieces;  // the foreign side's, of each piece that it was said in; the first is the whole's
  SystemTime at;
  friend bool operator==(const StoredIds&, const StoredIds&) = default;
};

class Store : public ArchiveStore {
 public:
  // Before the loop runs.
  virtual std::vector<Setting> settings() = 0;
  virtual std::vector<StoredSubscription> subscriptions() = 0;
  virtual std::vector<StoredMessage> messages() = 0;  // oldest first
  /// The newest `most` rows of an archive that has an owner, oldest first.
  virtual std::vector<Archived> newest(const ArchivePlace& place, std::size_t most) = 0;

  /// False: nothing outlives this process.
  virtual bool is_durable() const = 0;

  // Changes, in order. They are on disk within 50 ms, unless the disk does not take them: then they are tried again.
  // While max_waiting wait, a new one is given up: false.
  static constexpr std::size_t max_waiting = 100'000;
  /// Instead of the one with the same owner, adapter, place and key; an empty value removes it.
  virtual bool put(const Setting& setting) = 0;
  virtual bool put(const StoredSubscription& subscription) = 0;
  virtual bool remove(const StoredSubscription& subscription) = 0;
  virtual bool put(const StoredMessage& message) = 0;
  /// The message with that id has arrived, or never will.
  virtual bool remove_message(std::string_view id) = 0;
  /// Kept for as long as the archive is. What was archived of its later pieces is a part of the whole from then on.
  virtual bool put(const StoredIds& ids) = 0;
  /// The newest `most` of that owner and network, oldest first; answered on the loop.
  virtual void read_ids(std::string owner, std::string adapter, std::string network, std::size_t most,
                        std::function<void(std::vector<StoredIds>)> answer) = 0;
  /// Everything of that owner.
  virtual bool forget(std::string_view owner) = 0;

  /// Calls `done` on the loop once all that was asked for before is on disk; not at all when the store ends first.
  /// False: something of it, since the last call of when_committed(), was given up.
  virtual void when_committed(std::function<void(bool is_whole)> done) = 0;
};

}  // namespace isthmus
