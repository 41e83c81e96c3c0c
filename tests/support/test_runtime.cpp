#include "tests/support/test_runtime.hpp"

#include <boost/asio/error.hpp>

namespace isthmus::test {

asio::awaitable<Result<std::vector<IpAddress>>> NoResolver::resolve(std::string) {
  co_return boost::system::error_code{asio::error::host_not_found};
}

TestRuntime::TestRuntime()
    : turn{io.get_executor(), [this] { router.settle(); }},
      runtime{io.get_executor(),  turn, alarms, resolver, router, names, ids, counters, Log{}, read_buffer,
              [] { return 0.5; }, {},   routes, store,    archive} {
  router.set_witness(archive);
}

}  // namespace isthmus::test
