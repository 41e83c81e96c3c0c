#pragma once
// What goes through the gateway, counted for each link and direction, and how long it takes.
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gateway/router.hpp"
#include "gateway/runtime/alarms.hpp"
#include "gateway/runtime/log.hpp"

namespace isthmus::app {

/// A histogram of seconds, as Prometheus has it.
struct Histogram {
  static constexpr std::array<double, 12> bounds{0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60};

  void add(double seconds);

  std::array<std::uint64_t, bounds.size() + 1> counts{};  // by the first bound that is not less; the last: above all
  double sum = 0;
};

/// A link is an adapter here, named by its component's domain. Direction "in" is from the network to users, "out" from
/// users to the network.
class Traffic final : public DeliveryWatch {
 public:
  struct Link {
    std::string name;
    std::uint64_t messages_in = 0;
    std::uint64_t messages_out = 0;
    std::map<Condition, std::uint64_t> failed_in;
    std::map<Condition, std::uint64_t> failed_out;
    Histogram delivery;  // from the user's stanza until the foreign side had it
  };

  /// Logs each refusal at debug. `alarms` outlives it.
  Traffic(const Alarms& alarms, Log log) : alarms_{alarms}, log_{std::move(log)} {}

  /// Events of the adapter `id` count for the link `name`; in the order of the ids, from 1 on. 0 is the users' side.
  void add(AdapterId id, std::string name);
  const std::vector<Link>& links() const noexcept { return links_; }

  void on_event(const Event& event) override;
  void on_confirmed(const Event& event) override;
  void on_failed(const Event& event, const Refusal& why) override;
  void on_endless(const Event& event) override;

 private:
  /// From users, or from another network by a link.
  static bool is_out(const Event& event) noexcept { return event.about.source != event.about.conversation.adapter; }
  Link* link_of(const Event& event);

  const Alarms& alarms_;
  Log log_;
  std::vector<Link> links_;  // by adapter id, less 1
};

}  // namespace isthmus::app
