#pragma once
// What an adapter offers to `isthmus check --connect`: one thing of the outside world that can be tried.
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>

#include "gateway/runtime/resolver.hpp"

namespace isthmus {

struct Probe {
  /// Nothing when it works, else why it does not, for the operator. Takes at most 30 s. Throws only when cancelled.
  using Run = std::function<boost::asio::awaitable<std::optional<std::string>>(Resolver&)>;

  std::string name;   // "chat.example.net:6697 with TLS"
  std::string place;  // the table of the configuration that it is about
  Run run;
};

}  // namespace isthmus
