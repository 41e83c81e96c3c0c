#include "adapters/websocket/writer.hpp"

#include <boost/system/system_error.hpp>
#include <cstddef>
#include <string_view>
#include <utility>

namespace isthmus::websocket {

namespace {

constexpr std::size_t written_at_once = std::size_t{128} * 1024;  // bytes
constexpr int writes_a_turn = 8;                                  // then the others have their turn

}  // namespace

Writer::Writer(WriterSetting setting, std::shared_ptr<ByteStream> stream, Output& output, std::function<void()> refill,
               std::function<void()> ended)
    : setting_{setting},
      stream_{std::move(stream)},
      output_{output},
      refill_{std::move(refill)},
      ended_{std::move(ended)} {}

void Writer::wake() {
  if (!is_blocked_ && !is_over_) setting_.turn.request(*this, Turn::Phase::foreign);
}

void Writer::flush() {
  const auto self = shared_from_this();  // refill and ended may let go of it
  std::string& scratch = setting_.scratch;
  for (int writes = 0; writes < writes_a_turn && !is_over_ && !is_blocked_; ++writes) {
    if (output_.empty()) refill_();
    if (is_over_ || output_.empty()) return;
    scratch.clear();
    output_.take(scratch, written_at_once);
    std::string_view rest = scratch;
    while (!rest.empty()) {
      const Moved moved = stream_->write_some(rest);
      if (moved.error) return fail();
      if (moved.bytes == 0) break;
      rest.remove_prefix(moved.bytes);
    }
    if (rest.empty()) continue;
    output_.put_back(rest);
    is_blocked_ = true;
    output_.set_blocked(true);
    setting_.tasks.spawn("websocket writer", wait(self));
  }
  if (!is_over_ && !is_blocked_) setting_.turn.request(*this, Turn::Phase::foreign);
}

asio::awaitable<void> Writer::wait(std::shared_ptr<Writer> self) {
  bool has_failed = false;
  try {
    co_await self->stream_->writable();
  } catch (const boost::system::system_error&) {
    has_failed = true;
  }
  if (self->is_over_) co_return;
  if (has_failed) co_return self->fail();
  self->is_blocked_ = false;
  self->output_.set_blocked(false);
  self->wake();
}

void Writer::fail() {
  if (std::exchange(is_over_, true)) return;
  ended_();
}

}  // namespace isthmus::websocket
