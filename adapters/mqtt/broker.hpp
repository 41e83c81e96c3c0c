#pragma once
// One account on one broker: the connection and its renewal, what is subscribed to, what waits to be published. Knows
// no library: it is given clients, and told what they say.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "adapters/mqtt/client.hpp"
#include "adapters/mqtt/copies.hpp"
#include "adapters/mqtt/echoes.hpp"
#include "adapters/mqtt/fences.hpp"
#include "adapters/mqtt/seen_topics.hpp"
#include "adapters/mqtt/settings.hpp"
#include "gateway/model/event.hpp"
#include "gateway/runtime/alarms.hpp"
#include "gateway/runtime/backoff.hpp"
#include "gateway/runtime/runtime.hpp"

namespace isthmus::mqtt {

/// Somebody who wants what a filter selects.
class View {
 public:
  /// `topic_changed` of the view's filter. The view may be destroyed in here.
  virtual void on_publication(const Publication& publication) = 0;

 protected:
  ~View() = default;
};

class BrokerListener {
 public:
  virtual void on_link(const LinkState& state) = 0;

 protected:
  ~BrokerListener() = default;
};

class Broker final : private ClientHandler {
 public:
  using Done = std::move_only_function<void(const Reason&)>;

  static constexpr std::size_t max_waiting = 1'000;                        // publications that are not sent yet
  static constexpr std::size_t max_waiting_bytes = std::size_t{4} << 20U;  // of their payloads
  static constexpr std::chrono::seconds answer_timeout{20};                // for every token
  static constexpr std::chrono::seconds patience{30};                      // of a publication while the link is down

  Broker(Runtime& runtime, const BrokerSettings& settings, std::chrono::milliseconds reconnect_base, ClientMaker maker,
         BrokerListener& listener);
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  const BrokerSettings& settings() const { return settings_; }
  /// Connects, and again whenever the connection is lost, until stop(). More calls change nothing.
  void start();
  /// Says goodbye. What waits fails.
  void stop();
  bool is_closed() const { return client_ == nullptr; }
  const LinkState& link() const { return link_; }
  bool is_started() const { return is_started_; }
  /// Of payloads that are not sent yet.
  std::size_t waiting_bytes() const { return waiting_bytes_; }

  /// `view` gets what `filter`, a valid one, selects, until it is removed; `done` hears what the broker says, unless
  /// the view is removed before. What is kept is sent behind that. While the link is down the answer waits for it,
  /// unless the broker has granted it to another view before.
  void add(View& view, const std::string& filter, std::uint8_t qos, Done done);
  void remove(View& view, const std::string& filter);
  /// What is kept there is sent once more, as to a new subscriber (MQTT 5: retain handling 0).
  void ask_again(const std::string& filter);
  /// `passed` is called when all that the broker keeps for what was granted so far has been told, as Fences has it.
  void fence(const View& view, Fences::Passed passed);

  /// `done` hears of the acknowledgement; of QoS 0, of the writing. Other views get it then, `from` (may be null) does
  /// not. Refused at once, by a Reason, when too much waits or it is too large. `kept_since`: where it is kept over
  /// restarts, when it was said. It waits for days then, and stop() leaves it to the next run: `done` hears nothing.
  /// Nothing waits for longer than its own expiry, of which the broker is told what is left.
  void publish(Publication publication, const View* from, Done done, std::optional<SystemTime> kept_since = {});
  /// The largest payload that the broker takes; 0: no limit.
  std::uint32_t maximum_packet() const { return connack_.maximum_packet; }

  /// What was ever published, as far as somebody listened.
  const SeenTopics& seen() const { return seen_; }

  /// No more publications for now: the connection is closed, and the session stays at the broker.
  void pause();
  void resume();

  /// Somebody turns host names into addresses: `connect` goes on with what start() began.
  using Resolve = std::function<void(const std::string& host, std::function<void(Result<std::string>)> found)>;
  void set_resolve(Resolve resolve) { resolve_ = std::move(resolve); }

 private:
  struct Waiting {
    View* view;
    Done done;
  };
  struct Subscription {
    enum class State : std::uint8_t { wanted, asked, granted };
    std::uint32_t id = 0;
    std::uint8_t qos = 0;
    State state = State::wanted;
    Token token = 0;  // while asked
    std::vector<View*> views{};
    std::vector<Waiting> waiting{};
  };
  struct Flight {
    Publication what;
    const View* from = nullptr;
    Done done;
    SteadyTime due;  // when it is given up
    std::optional<SystemTime> kept_since;
    SteadyTime expires = SteadyTime::max();
    bool was_sent = false;
  };
  using Subscriptions = std::map<std::string, Subscription, std::less<>>;

  void on_connected(const Connack& connack) override;
  void on_closed(const Reason& why) override;
  void on_publication(Publication publication, std::uint64_t ack) override;
  void on_overflow() override;
  void on_done(Token token, const Reason& reason) override;

  /// What is told on the status topic.
  Publication status(const std::string& text) const;
  void connect();
  void connect_to(const std::string& host);
  void reconnect_later(const Reason& why);
  void tell_link(LinkState::State state, std::string reason, bool retrying);
  void ask(const std::string& filter, Subscription& subscription, std::uint8_t retain_handling);
  void answer(Subscriptions::iterator subscription, const Reason& reason);
  Token ask_nothing();
  void send_waiting();
  void send(Flight flight);
  void land(Flight flight, const Reason& reason);
  void dispatch(const Publication& publication, const View* except);
  /// Takes a copy: a view that hears it may leave.
  void tell_views(std::vector<View*> views, const Publication& publication, const View* except);
  bool is_a_copy(const Publication& publication);
  void on_alarm();
  /// When a publication is given up that waits for the link.
  SteadyTime given_up(const Flight& flight) const;
  void set_alarm();
  std::size_t window() const;

  Runtime& runtime_;
  const BrokerSettings& settings_;
  ClientMaker maker_;
  BrokerListener& listener_;
  Resolve resolve_;
  Backoff backoff_;
  Alarm alarm_;
  std::unique_ptr<Client> client_;
  std::vector<std::unique_ptr<Client>> old_clients_;  // ended by their own call, to be destroyed out of it
  Connack connack_;
  LinkState link_{LinkState::State::down, {}, false};
  bool is_started_ = false;
  bool is_up_ = false;
  bool is_paused_ = false;
  bool is_catching_up_ = false;  // it is being closed for a moment, which nobody need know
  bool had_session_ = false;
  std::uint64_t attempt_ = 0;
  SteadyTime alarm_due_{};
  SteadyTime connected_at_{};
  SteadyTime connect_due_ = SteadyTime::max();
  Token last_token_ = 0;
  std::uint32_t last_id_;
  Subscriptions subscriptions_;
  std::unordered_map<std::uint32_t, std::string> by_id_;  // filters
  std::deque<Flight> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::map<Token, Flight> flying_;                                       // in the order of sending
  std::unordered_map<Token, std::pair<std::string, SteadyTime>> asked_;  // subscribe: the filter, and when it is due
  Fences fences_{[this] { return ask_nothing(); }};
  Echoes echoes_;
  SeenTopics seen_;
  Copies copies_;
};

}  // namespace isthmus::mqtt
