#pragma once
// The shell around one component stream: connects, reads, writes at the end of the turn, pings, reconnects.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "gateway/runtime/alarms.hpp"
#include "gateway/runtime/backoff.hpp"
#include "gateway/runtime/byte_stream.hpp"
#include "gateway/runtime/runtime.hpp"
#include "gateway/runtime/task_group.hpp"
#include "xmpp/component_stream.hpp"
#include "xmpp/domain.hpp"
#include "xmpp/settings.hpp"

namespace isthmus::xmpp {

/// The server refused our secret at the first attempt: the operator must act.
struct HandshakeRefused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Connection;

/// Who gets the stanzas of all streams.
class StanzaHandler {
 public:
  virtual ~StanzaHandler() = default;
  virtual void on_stanza(Connection& from, pugi::xml_node stanza) = 0;
  virtual void on_skipped(Connection& from, pugi::xml_node head, std::string_view why) = 0;
  virtual void on_up(Connection& connection) = 0;
  virtual void on_down(Connection& connection) = 0;
};

class Connection final : public Outlet, private Flushable, private StreamListener {
 public:
  /// `link`: the adapter whose domain it is.
  Connection(Runtime& runtime, ServerSettings server, ComponentSettings component, StanzaHandler& handler,
             AdapterId link = {});
  ~Connection() override;

  /// Connects and reconnects until cancelled. Throws HandshakeRefused.
  asio::awaitable<void> run();
  /// Writes what is left (at most 2 s), says goodbye and closes.
  asio::awaitable<void> finish();

  bool is_up() const override { return stream_.state() == ComponentStream::State::ready && !is_broken_; }
  std::string& buffer() override;
  /// Bytes that wait for the socket.
  std::size_t unsent() const noexcept { return out_.size(); }
  const std::string& domain() const noexcept { return component_.domain; }
  /// True for the id of a ping that we sent to ourselves.
  bool is_own_ping(std::string_view id) const noexcept { return !ping_id_.empty() && id == ping_id_; }

 private:
  static constexpr std::size_t max_unsent = std::size_t{64} * 1024 * 1024;

  asio::awaitable<std::string> serve();  // one connection from beginning to end; why it ended
  asio::awaitable<void> read();
  asio::awaitable<void> drain();
  void flush() override;
  void on_ready() override;
  void on_stanza(pugi::xml_node stanza) override { handler_.on_stanza(*this, stanza); }
  void on_skipped(pugi::xml_node head, std::string_view why) override { handler_.on_skipped(*this, head, why); }
  void check_alive();
  void break_off(std::string why);

  Runtime& runtime_;
  ServerSettings server_;
  ComponentSettings component_;
  StanzaHandler& handler_;
  ByteCounts& byte_counts_;
  std::string out_;
  ComponentStream stream_;
  std::unique_ptr<ByteStream> bytes_;
  TaskGroup* tasks_ = nullptr;  // while connected
  Backoff backoff_;
  Alarm alive_;
  SteadyTime heard_{};
  SteadyTime ready_at_{};
  std::string ping_id_;
  std::string why_broken_;
  bool is_broken_ = false;     // the connection is of no use any more, but not closed yet
  bool is_announced_ = false;  // the handler was told that we are up
  bool is_draining_ = false;
  bool was_ready_ = false;  // at any time
};

}  // namespace isthmus::xmpp
