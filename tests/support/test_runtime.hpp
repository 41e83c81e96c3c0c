#pragma once
// A Runtime without a loop that runs: a clock that tests move, a router with a users' side and a foreign side to be
// set.
#include <boost/asio/io_context.hpp>
#include <vector>

#include "gateway/archive.hpp"
#include "gateway/runtime/runtime.hpp"
#include "tests/support/memory_store.hpp"

namespace isthmus::test {

/// Knows no host.
class NoResolver final : public Resolver {
 public:
  asio::awaitable<Result<std::vector<IpAddress>>> resolve(std::string host) override;
};

struct TestRuntime {
  TestRuntime();

  asio::io_context io{1};
  Counters counters;
  NameTable names;
  Router router{counters};
  Turn turn;
  Alarms alarms;  // the tests' clock
  NoResolver resolver;
  MemoryStore store;
  Archive archive{store, router, turn, alarms, counters, {}};
  EventIds ids{1};
  HttpRoutes routes;
  std::vector<char> read_buffer = std::vector<char>(65536);
  Runtime runtime;
};

}  // namespace isthmus::test
