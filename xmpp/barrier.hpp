#pragma once
// What was written to a server and is not known to have been routed by it. A component's stream has no acknowledgements
// (XEP-0114), but a ping that we send to our own domain comes back to us after all that was sent before it, since
// servers route in order: so far nothing can be lost any more. It does not mean that a client has it.
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/model/event.hpp"
#include "xmpp/context.hpp"
#include "xmpp/domain.hpp"

namespace isthmus::xmpp {

class Barrier {
 public:
  static constexpr std::size_t max_sent = 10'000;  // of one domain; beyond this the oldest are taken for routed

  /// `arrived` is told of each that is known to be routed.
  Barrier(const Context& context, std::function<void(const Event&)> arrived)
      : context_{context}, arrived_{std::move(arrived)} {}

  /// `event` was just written to the domain's stream.
  void sent(const Domain& domain, EventPtr event);
  /// True when `id` is that of a ping which `domain` sent to itself and which has come back.
  bool on_return(const Domain& domain, std::string_view id);
  /// The domain's stream was lost: what may be lost with it, oldest first. Sent anew it keeps its id, by which clients
  /// tell a double.
  std::vector<EventPtr> take(const Domain& domain);

 private:
  struct Sent {
    std::deque<EventPtr> events;
    std::size_t covered = 0;  // so many of them were written before the ping that is under way
    std::string ping;         // its id; empty: none is
  };
  void ask(const Domain& domain, Sent& sent);

  const Context& context_;
  std::function<void(const Event&)> arrived_;
  std::map<const Domain*, Sent> sent_;
};

}  // namespace isthmus::xmpp
