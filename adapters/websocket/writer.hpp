#pragma once
// Writes what waits in an Output to its stream, once in each turn of the loop, as far as the stream takes it.
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "adapters/websocket/output.hpp"
#include "gateway/runtime/byte_stream.hpp"
#include "gateway/runtime/task_group.hpp"
#include "gateway/runtime/turn.hpp"

namespace isthmus::websocket {

/// What all writers of the loop share.
struct WriterSetting {
  Turn& turn;
  TaskGroup& tasks;
  std::string& scratch;  // where frames are put together before a write
};

class Writer final : public Flushable, public std::enable_shared_from_this<Writer> {
 public:
  /// `refill` is called when all was written, and may add more. `ended` is called once, when the stream failed; it is
  /// not called from within wake().
  Writer(WriterSetting setting, std::shared_ptr<ByteStream> stream, Output& output, std::function<void()> refill,
         std::function<void()> ended);

  /// There is something to write.
  void wake();
  void flush() override;
  /// Nothing is written or called any more.
  void stop() noexcept { is_over_ = true; }
  /// True while the stream takes nothing.
  bool is_blocked() const noexcept { return is_blocked_; }

 private:
  static asio::awaitable<void> wait(std::shared_ptr<Writer> self);
  void fail();

  WriterSetting setting_;
  std::shared_ptr<ByteStream> stream_;
  Output& output_;
  std::function<void()> refill_;
  std::function<void()> ended_;
  bool is_blocked_ = false;
  bool is_over_ = false;
};

}  // namespace isthmus::websocket
