#pragma once
// What links have to say in places, until it is said there (docs/decisions/outbox.md): for each place in its order,
// bounded by count, bytes and age, and in the store as soon as it has to wait.
#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/model/event.hpp"
#include "gateway/runtime/runtime.hpp"

namespace isthmus {

class LinkOutbox {
 public:
  static constexpr std::string_view owner_name = "(links)";  // no address of a user has parentheses
  static constexpr std::size_t max_per_place = 1'000;        // messages; more, and the oldest that wait go
  static constexpr std::size_t max_messages = 20'000;        // of all places, as for private messages
  static constexpr std::size_t max_bytes = 16UL * 1024 * 1024;
  static constexpr std::size_t max_under_way = 20;       // of a place: said, and not known to have arrived
  static constexpr unsigned most_tries = 5;              // for what a place that is there does not take
  static constexpr std::chrono::milliseconds grace{50};  // what has arrived by then is not written to the store
  static constexpr std::chrono::seconds first_pause{5};  // before it is tried again; doubled each time
  static constexpr std::chrono::seconds longest_pause{60};

  /// Whoever says it.
  class Speaker {
   public:
    /// take_back() or arrived() follows, never from within this call.
    virtual void speak(EventPtr event) = 0;
    /// An event to be said in `place`.
    virtual EventPtr make_event(const Conversation& place, EventId id, Payload what) const = 0;

   protected:
    ~Speaker() = default;
  };

  /// Both outlive it.
  LinkOutbox(Runtime& runtime, Speaker& speaker);

  /// One where something is to be said; `address` names it in the store. It is closed.
  void know(const Conversation& place, std::string address);
  /// What an earlier run had to say and does not know to have arrived: once, when all places are known.
  void restore();
  /// `place` takes what is said in it, or may again.
  void open(const Conversation& place);
  /// `place` takes nothing.
  void close(const Conversation& place);

  /// `event` is to be said in its conversation, now or when that is open. What tells of a moment or of how a place was
  /// is said now or not at all.
  void add(EventPtr event);
  /// What add() was given has arrived.
  void arrived(const Event& event);
  /// It was refused. True: it is said later. False: it never will be, and the event stays with the caller.
  bool take_back(EventPtr& event, const Refusal& why);

  /// The gateway ends: all that has not arrived is in the store from now on.
  void end();

  /// Messages that have not arrived.
  std::size_t size() const noexcept { return count_; }

 private:
  struct Entry {
    EventId key;                            // in the store: the same words may be on their way to several places
    EventId id;                             // of the event
    EventPtr event;                         // nullptr while it is under way
    std::unique_ptr<StoredMessage> record;  // what is to be written of one that is under way
    std::string reading_of;                 // whose next reading makes this one old; empty: it is none
    SystemTime seen;
    std::size_t bytes = 0;
    unsigned tries = 0;
    bool is_written = false;
    bool has_waited = false;
  };
  struct Queue {
    enum class State : std::uint8_t {
      closed,
      stuck,  // it refused something: one message at a time is tried
      open,
    };
    std::string address;
    State state = State::closed;
    std::deque<Entry> entries;  // in the order in which they are to be said
    std::size_t under_way = 0;
    std::chrono::seconds pause = first_pause;
    SteadyTime due = SteadyTime::max();  // stuck: when to try again
    bool has_waiting = false;            // the log says so
  };

  Queue* find(const Conversation& place);
  static std::deque<Entry>::iterator find(Queue& queue, const EventId& id);
  /// Says what may be said now.
  void flush(Queue& queue);
  void speak(Queue& queue, Entry& entry);
  void try_again(Queue& queue);
  /// Something that was under way is not any more.
  void go_on(Queue& queue);
  /// The oldest that wait for that place are given up until there is room for so many more bytes.
  void make_room(Queue& queue, std::size_t bytes);
  void drop_reading(Queue& queue, std::string_view of);
  void push(Queue& queue, Entry entry);
  /// Takes it out, of the store too.
  void remove(Queue& queue, std::deque<Entry>::iterator entry);
  void note_waiting(Queue& queue);
  static StoredMessage to_record(const Queue& queue, const EventId& key, const Event& event);
  EventPtr to_event(const Conversation& place, const StoredMessage& message) const;
  void write(Queue& queue, Entry& entry);
  void write_all();
  void try_all();
  void expire();
  void set_retry();

  Runtime& runtime_;
  Speaker& speaker_;
  boost::unordered_flat_map<Conversation, std::unique_ptr<Queue>> queues_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
  std::size_t unwritten_ = 0;
  bool has_ended_ = false;
  Alarm write_;
  Alarm retry_;
  Alarm expiry_;
};

}  // namespace isthmus
