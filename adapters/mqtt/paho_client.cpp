#include "adapters/mqtt/paho_client.hpp"

#include <mqtt/async_client.h>

#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <variant>

#include "adapters/mqtt/paho_messages.hpp"
#include "adapters/mqtt/paho_values.hpp"
#include "adapters/mqtt/paho_waker.hpp"
#include "gateway/runtime/mailbox.hpp"

namespace isthmus::mqtt {
namespace {

using namespace std::chrono_literals;

struct Connected {
  Connack connack;
};
struct Closed {
  Reason why;
};
struct Done {
  Token token;
  Reason reason;
};
using Signal = std::variant<Connected, Closed, Done, Publication>;
using Inbox = Mailbox<Signal>;

constexpr int max_buffered = 65'535;      // of Paho's own queue, which we never fill
constexpr std::size_t looks_every = 256;  // publications: how much waits is not looked at for each

/// Paho hands it back as it is, and nobody follows it.
void* to_context(Token token) {
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(token));  // NOLINT(performance-no-int-to-ptr)
}

/// What is asked of Paho ends in one of these.
class Listener final : public ::mqtt::iaction_listener {
 public:
  enum class Kind : std::uint8_t { connect, disconnect, other };
  Listener(Kind kind, Version version, std::shared_ptr<Inbox> inbox)
      : kind_{kind}, version_{version}, inbox_{std::move(inbox)} {}

  void on_success(const ::mqtt::token& token) override {
    switch (kind_) {
      case Kind::connect: return inbox_->post(Connected{connack_of(token, version_)});
      case Kind::disconnect: return inbox_->post(Closed{{}});
      case Kind::other: return inbox_->post(Done{token_of(token), success_of(token, version_)});
    }
  }
  void on_failure(const ::mqtt::token& token) override {
    const auto reason = failure_of(token, kind_ == Kind::connect, version_);
    if (kind_ == Kind::other) return inbox_->post(Done{token_of(token), reason});
    inbox_->post(Closed{reason});
  }

 private:
  static Token token_of(const ::mqtt::token& token) {
    return static_cast<Token>(reinterpret_cast<std::uintptr_t>(token.get_user_context()));
  }
  Kind kind_;
  Version version_;
  std::shared_ptr<Inbox> inbox_;
};

}  // namespace

/// All that Paho holds a pointer to: it lives as long as Paho's client does, and is never moved.
struct Reaper::Work {
  Work(std::shared_ptr<Inbox> to, Version version)
      : inbox{std::move(to)},
        connecting{Listener::Kind::connect, version, inbox},
        disconnecting{Listener::Kind::disconnect, version, inbox},
        asking{Listener::Kind::other, version, inbox} {}

  std::shared_ptr<Inbox> inbox;
  Listener connecting;
  Listener disconnecting;
  Listener asking;
  ::mqtt::connect_options options;
  std::unique_ptr<::mqtt::async_client> client;
};

struct Reaper::State {
  std::mutex lock;
  std::condition_variable changed;
  std::deque<std::unique_ptr<Work>> works;
  bool is_ending = false;
  std::thread thread;

  void run() {
    std::unique_lock guard{lock};
    for (;;) {
      changed.wait(guard, [this] { return is_ending || !works.empty(); });
      if (works.empty()) return;
      auto work = std::move(works.front());
      works.pop_front();
      guard.unlock();
      destroy(*work);
      work.reset();
      guard.lock();
    }
  }
  static void destroy(Work& work) {
    if (!work.client) return;
    try {
      work.client->disable_callbacks();
      if (work.client->is_connected()) work.client->disconnect()->wait_for(2s);
    } catch (const ::mqtt::exception&) {  // NOLINT(bugprone-empty-catch): it is gone either way
    }
    work.client.reset();
  }
};

Reaper::Reaper() : state_{std::make_unique<State>()} {
  state_->thread = std::thread{[state = state_.get()] { state->run(); }};
}

Reaper::~Reaper() {
  {
    const std::lock_guard guard{state_->lock};
    state_->is_ending = true;
  }
  state_->changed.notify_one();
  state_->thread.join();
}

void Reaper::take(std::unique_ptr<Work> work) {
  {
    const std::lock_guard guard{state_->lock};
    state_->works.push_back(std::move(work));
  }
  state_->changed.notify_one();
}

namespace {

class PahoClient final : public Client {
 public:
  PahoClient(boost::asio::any_io_executor executor, Reaper& reaper, std::shared_ptr<PahoWaker> waker,
             ClientHandler& handler)
      : reaper_{reaper},
        waker_{std::move(waker)},
        handler_{handler},
        inbox_{std::make_shared<Inbox>(std::move(executor), max_inbox,
                                       [this](Signal signal) { take(std::move(signal)); })} {}
  ~PahoClient() override {
    inbox_->close();
    if (!work_) return;
    waker_->gone(work_->client.get());
    reaper_.take(std::move(work_));
  }
  PahoClient(const PahoClient&) = delete;
  PahoClient& operator=(const PahoClient&) = delete;

  void connect(const ConnectOptions& options) override {
    version_ = options.version;
    messages_ = PahoMessages{version_};
    work_ = std::make_unique<Reaper::Work>(inbox_, version_);
    try {
      ::mqtt::create_options created{version_ == Version::v5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1, max_buffered};
      work_->client =
          std::make_unique<::mqtt::async_client>(to_paho_url(options.url), options.client_id, created, nullptr);
      // Handlers are installed now and never changed: Paho's locks allow nothing else.
      install_handlers();
      fill(work_->options, options);
      work_->client->connect(work_->options, nullptr, work_->connecting);
      waker_->connecting(*work_->client);
    } catch (const ::mqtt::exception& error) {
      inbox_->post(Closed{{Reason::Where::local, 0, error.what()}});
    }
  }

  void disconnect() override {
    try {
      work_->client->disconnect(5'000, nullptr, work_->disconnecting);
    } catch (const ::mqtt::exception&) {
      inbox_->post(Closed{{Reason::Where::connection, 0, {}}});
    }
  }

  void subscribe(Token token, const std::string& filter, const SubscribeOptions& options) override {
    attempt(token, [&] {
      ::mqtt::properties properties;
      if (options.id != 0) properties.add({::mqtt::property::SUBSCRIPTION_IDENTIFIER, static_cast<int>(options.id)});
      ::mqtt::subscribe_options how{options.no_local, options.retain_as_published,
                                    static_cast<::mqtt::subscribe_options::RetainHandling>(options.retain_handling)};
      if (version_ == Version::v5) {
        work_->client->subscribe(filter, options.qos, to_context(token), work_->asking, how, properties);
      } else {
        work_->client->subscribe(filter, options.qos, to_context(token), work_->asking);
      }
    });
  }

  void unsubscribe(Token token, const std::string& filter) override {
    attempt(token, [&] { work_->client->unsubscribe(filter, to_context(token), work_->asking); });
  }

  void publish(Token token, const Publication& publication) override {
    const auto alias = aliases_.use(publication.topic);
    if (alias.alias != 0 && alias.needs_topic) introduced_.emplace(token, alias.alias);
    attempt(token,
            [&] { work_->client->publish(messages_.make(publication, alias), to_context(token), work_->asking); });
  }

  // Paho has acknowledged it when the callback returned.
  void acknowledge(std::uint64_t) override {}

 private:
  template <class Ask>
  void attempt(Token token, Ask&& ask) {
    try {
      std::forward<Ask>(ask)();
    } catch (const ::mqtt::exception& error) {
      inbox_->post(Done{token, {Reason::Where::local, 0, error.what()}});
    }
  }

  void install_handlers() {
    auto& client = *work_->client;
    client.set_message_callback([inbox = inbox_](const ::mqtt::const_message_ptr& message) {
      if (message == nullptr) return;
      auto publication = to_publication(*message);
      // What the broker keeps until it is acknowledged is never refused.
      if (publication.qos > 0) return inbox->post(std::move(publication));
      inbox->try_post(std::move(publication));
    });
    client.set_connection_lost_handler(
        [inbox = inbox_](const std::string& cause) { inbox->post(Closed{{Reason::Where::connection, 0, cause}}); });
    client.set_disconnected_handler([inbox = inbox_](const ::mqtt::properties& properties, ::mqtt::ReasonCode code) {
      inbox->post(Closed{{Reason::Where::broker, static_cast<std::uint8_t>(code), reason_text(properties)}});
    });
  }

  void take(Signal signal) {
    if (is_closed_) return;
    if (auto* publication = std::get_if<Publication>(&signal)) {
      if (++publications_ % looks_every == 0 && inbox_->size() > max_inbox) handler_.on_overflow();
      handler_.on_publication(std::move(*publication), 0);
    } else if (const auto* done = std::get_if<Done>(&signal)) {
      note(*done);
      handler_.on_done(done->token, done->reason);
    } else if (const auto* connected = std::get_if<Connected>(&signal)) {
      aliases_ = TopicAliases{connected->connack.topic_aliases};
      waker_->connected(*work_->client);
      handler_.on_connected(connected->connack);
    } else {
      is_closed_ = true;
      waker_->gone(work_->client.get());
      handler_.on_closed(std::get<Closed>(signal).why);
    }
  }

  /// A number stands for its topic once the broker has seen both.
  void note(const Done& done) {
    const auto introduced = introduced_.find(done.token);
    if (introduced == introduced_.end()) return;
    if (done.reason.is_success()) aliases_.known(introduced->second);
    introduced_.erase(introduced);
  }

  Reaper& reaper_;
  std::shared_ptr<PahoWaker> waker_;
  ClientHandler& handler_;
  std::shared_ptr<Inbox> inbox_;
  std::unique_ptr<Reaper::Work> work_;
  Version version_ = Version::v5;
  bool is_closed_ = false;
  std::size_t publications_ = 0;
  TopicAliases aliases_;
  PahoMessages messages_;
  std::unordered_map<Token, std::uint16_t> introduced_;  // aliases, by the publications that told of them
};

}  // namespace

ClientMaker make_paho_clients(boost::asio::any_io_executor executor, Reaper& reaper) {
  // By itself Paho notes each call of its own functions, whether or not anybody reads that.
  if (std::getenv("MQTT_C_CLIENT_TRACE") == nullptr) MQTTAsync_setTraceLevel(MQTTASYNC_TRACE_ERROR);
  return [executor, &reaper,
          waker = std::make_shared<PahoWaker>(executor)](ClientHandler& handler) -> std::unique_ptr<Client> {
    return std::make_unique<PahoClient>(executor, reaper, waker, handler);
  };
}

}  // namespace isthmus::mqtt
