#include "tests/support/fake_stream.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <limits>
#include <utility>

namespace isthmus::support {

struct FakePeer::State {
  explicit State(const asio::any_io_executor& executor) : changed{executor, asio::steady_timer::time_point::max()} {}

  asio::steady_timer changed;  // cancelled to wake whoever waits
  std::string said;
  std::string heard;
  boost::system::error_code end;
  std::size_t room = std::numeric_limits<std::size_t>::max();
  std::size_t piece = std::numeric_limits<std::size_t>::max();
  bool closed = false;

  bool is_readable() const { return !said.empty() || end; }
  bool is_writable() const { return room > 0 || end; }
};

namespace {

using State = FakePeer::State;

asio::awaitable<void> until(std::shared_ptr<State> state, bool (State::*is_ready)() const) {
  while (!state->closed && !((*state).*is_ready)()) {
    co_await state->changed.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none) break;
  }
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  if (state->closed || cancellation.cancelled() != asio::cancellation_type::none) {
    throw boost::system::system_error{asio::error::operation_aborted};
  }
}

class FakeStream final : public ByteStream {
 public:
  explicit FakeStream(std::shared_ptr<State> state) : state_{std::move(state)} {}
  ~FakeStream() override { close(); }
  FakeStream(const FakeStream&) = delete;
  FakeStream& operator=(const FakeStream&) = delete;

  Moved read_some(std::span<char> into) override {
    if (state_->closed) return {0, asio::error::bad_descriptor};
    const std::size_t size = std::min({into.size(), state_->said.size(), state_->piece});
    if (size == 0) return {0, state_->said.empty() ? state_->end : boost::system::error_code{}};
    std::copy_n(state_->said.begin(), size, into.begin());
    state_->said.erase(0, size);
    return {size, {}};
  }

  Moved write_some(std::string_view bytes) override {
    if (state_->closed) return {0, asio::error::bad_descriptor};
    if (state_->end) return {0, asio::error::broken_pipe};
    const std::size_t size = std::min({bytes.size(), state_->room, state_->piece});
    state_->heard.append(bytes.substr(0, size));
    if (state_->room != std::numeric_limits<std::size_t>::max()) state_->room -= size;
    return {size, {}};
  }

  asio::awaitable<void> readable() override { return until(state_, &State::is_readable); }
  asio::awaitable<void> writable() override { return until(state_, &State::is_writable); }

  void when_readable(Ready ready) override {
    asio::co_spawn(state_->changed.get_executor(), until(state_, &State::is_readable),
                   [ready = std::move(ready)](const std::exception_ptr& failed) mutable {
                     ready(failed ? asio::error::operation_aborted : boost::system::error_code{});
                   });
  }

  void close() noexcept override {
    state_->closed = true;
    state_->changed.cancel();
  }

 private:
  std::shared_ptr<State> state_;
};

}  // namespace

FakePeer::FakePeer(asio::any_io_executor executor) : state_{std::make_shared<State>(executor)} {}

std::unique_ptr<ByteStream> FakePeer::stream() { return std::make_unique<FakeStream>(state_); }

void FakePeer::say(std::string_view bytes) {
  state_->said += bytes;
  state_->changed.cancel();
}

std::string FakePeer::heard() { return std::exchange(state_->heard, {}); }

void FakePeer::hang_up(boost::system::error_code error) {
  state_->end = error;
  state_->changed.cancel();
}

void FakePeer::take(std::size_t bytes) {
  state_->room = bytes;
  state_->changed.cancel();
}

void FakePeer::limit_piece(std::size_t bytes) { state_->piece = bytes; }

bool FakePeer::is_closed() const { return state_->closed; }

}  // namespace isthmus::support
