#pragma once
// The end of a turn of the loop: everything that became ready to be written in this turn is written once, gathered.
// First the foreign connections, whose confirmations are routed, then the users' streams.
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>

namespace isthmus {

class Turn;

/// Something with bytes to write. Its destructor withdraws it.
class Flushable {
 public:
  Flushable() = default;
  Flushable(const Flushable&) = delete;
  Flushable& operator=(const Flushable&) = delete;
  /// Writes what there is, without waiting. Called once per turn in which it was asked for. May destroy any Flushable,
  /// itself too, and must not throw.
  virtual void flush() = 0;

 protected:
  virtual ~Flushable();

 private:
  friend class Turn;
  Turn* waits_for_ = nullptr;  // set from request() to flush()
};

class Turn {
 public:
  enum class Phase { foreign, users };

  /// `settle` runs between the phases and at the turn's end; it routes what the writes confirmed. It must not throw.
  Turn(boost::asio::any_io_executor executor, std::function<void()> settle);
  ~Turn();
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  /// `item.flush()` will be called at the end of this turn, however often it is asked for, and in the phase that was
  /// named first. What is asked for by a flush or by settle() belongs to the next turn, except that the users' phase
  /// still takes what the foreign phase and the settle() after it ask for.
  void request(Flushable& item, Phase phase);
  /// settle() will be called at the end of this turn.
  void request();

 private:
  friend class Flushable;
  struct State;  // outlives a posted handler
  std::shared_ptr<State> state_;
};

}  // namespace isthmus
