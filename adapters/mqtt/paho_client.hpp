#pragma once
// The port's client behind Eclipse Paho (docs/decisions/mqtt.md). Paho calls us from two threads that all its clients
// share: what it says is posted to the loop, and nothing else is done there.
#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "adapters/mqtt/client.hpp"

namespace isthmus::mqtt {

/// Destroys Paho's clients on a thread of its own: that may take a while, and must not be done on Paho's threads. Its
/// destructor waits until all are gone; the loop's context must still be there then.
class Reaper {
 public:
  Reaper();
  ~Reaper();
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;

  struct Work;
  void take(std::unique_ptr<Work> work);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// So many publications may wait for the loop. Of QoS 0 no more are taken then; of the others they are, and the handler
/// hears of the overflow.
inline constexpr std::size_t max_inbox = 10'000;

/// `reaper` outlives every client.
ClientMaker make_paho_clients(boost::asio::any_io_executor executor, Reaper& reaper);

}  // namespace isthmus::mqtt
