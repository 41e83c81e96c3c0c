#pragma once
// The rooms of a network as LIST tells them (RFC 2812 §3.2.6), for one user: servers show different users different
// channels, so nothing is shared.
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/irc/channel_requests.hpp"
#include "adapters/irc/line.hpp"
#include "adapters/irc/session_view.hpp"
#include "gateway/adapter.hpp"

namespace isthmus::irc {

/// One item of LIST (322: <client> <channel> <members> :[modes] topic), its name in lower case, which is the channel's
/// canonical name; nullopt for what names no channel. Modes that some servers put before the topic are left out.
std::optional<Directory::Entry> parse_list_item(const Line& line);

/// Collects them. Pure.
class DirectoryReader {
 public:
  // Ours; the largest networks have half of it.
  static constexpr std::size_t max_rooms = 100'000;
  static constexpr std::size_t max_bytes = std::size_t{16} * 1024 * 1024;  // of names and topics

  /// False when it is full already.
  bool add(Directory::Entry entry);
  /// By name, each once. The reader is empty again.
  std::shared_ptr<const Directory> finish(SystemTime at);
  bool is_cut() const noexcept { return is_cut_; }

 private:
  std::vector<Directory::Entry> rooms_;
  std::size_t bytes_ = 0;
  bool is_cut_ = false;
};

/// ReadDirectory, and ReadSettings of channels that one is not on. One LIST is under way at a time; all who wait for
/// the whole share one, and its answer is kept for a while.
class DirectoryRequests {
 public:
  static constexpr std::chrono::minutes kept_for{5};

  Outcome ask(const SessionView& view, EventPtr& event);
  /// Completes `half`, which fails with its own refusal, or as not found, when the directory knows nothing either.
  void complete(const SessionView& view, HalfRead half);

  bool on_reply(const SessionView& view, const Line& line);
  void fail_all(const SessionView& view, const Refusal& why);
  /// The link was lost: what was kept is not true of the next one.
  void forget() noexcept { kept_.reset(); }
  void on_tick(const SessionView& view);
  SteadyTime next_due() const noexcept;
  /// Nothing waits.
  bool is_idle() const noexcept { return waiting_.empty() && halves_.empty() && under_way_ == UnderWay::none; }
  bool is_empty() const noexcept { return is_idle() && kept_ == nullptr; }

 private:
  void start(const SessionView& view);
  bool on_item(const SessionView& view, const Line& line);
  bool on_end(const SessionView& view);
  bool on_refusal(const SessionView& view, const Line& line);
  void answer_half(const SessionView& view);
  void fail_current(const SessionView& view, const Refusal& why);

  enum class UnderWay : std::uint8_t { none, whole, one };
  UnderWay under_way_ = UnderWay::none;
  SteadyTime due_ = never;
  std::vector<EventPtr> waiting_;  // for the whole
  std::vector<HalfRead> halves_;   // the first is under way, or the next
  std::optional<Directory::Entry> one_;
  DirectoryReader reader_;
  std::shared_ptr<const Directory> kept_;
  SteadyTime kept_until_ = never;
};

}  // namespace isthmus::irc
