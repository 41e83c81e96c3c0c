#pragma once
// What main gives to every adapter: the loop's shared parts. All outlive the adapters.
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <span>

#include "gateway/access.hpp"
#include "gateway/model/event_id.hpp"
#include "gateway/model/name.hpp"
#include "gateway/router.hpp"
#include "gateway/runtime/alarms.hpp"
#include "gateway/runtime/commons.hpp"
#include "gateway/runtime/counters.hpp"
#include "gateway/runtime/http.hpp"
#include "gateway/runtime/log.hpp"
#include "gateway/runtime/resolver.hpp"
#include "gateway/runtime/turn.hpp"
#include "gateway/store/store.hpp"

namespace isthmus {

class Archive;
class Links;

struct Runtime {
  boost::asio::any_io_executor executor;
  Turn& turn;
  Alarms& alarms;
  Resolver& resolver;
  Router& router;
  NameTable& names;
  EventIds& ids;
  Counters& counters;
  Log log;
  std::span<char> read_buffer;     // one for the loop, 128 KiB: consumed before the next read
  std::function<double()> random;  // in [0, 1): jitter
  UserLimits limits{};
  HttpRoutes& routes;  // of the HTTP listener: adapters add theirs when they are made
  Store& store;
  Archive& archive;
  Commons commons{};
  Links* links = nullptr;  // what the gateway itself hears and says in places; null: nothing
};

/// Makes an adapter whose settings have been read. Called once; the adapter's id is the router's.
using AdapterMaker = std::function<std::unique_ptr<Adapter>(Runtime&, AdapterId)>;

}  // namespace isthmus
