#include "adapters/websocket/event_stream.hpp"

#include <array>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

namespace isthmus::websocket {

namespace {

using namespace std::chrono_literals;

constexpr auto silence = 20s;  // then a comment shows that the connection stands, also to proxies

}  // namespace

struct EventStream::Parts {
  Parts(SocketSetting with, const Instance& instance, Framing framing, Format format, std::unique_ptr<ByteStream> bytes,
        std::function<void(EventStream&)> at_end)
      : setting{std::move(with)},
        framing{framing},
        output{framing, format, instance, setting.output},
        stream{std::move(bytes)},
        ended{std::move(at_end)} {}

  SocketSetting setting;
  Framing framing;
  Output output;
  std::shared_ptr<ByteStream> stream;
  std::function<void(EventStream&)> ended;
  std::shared_ptr<Writer> writer;
  std::unique_ptr<Alarm> alarm;
};

EventStream::EventStream(SocketSetting setting, Hub& hub, TokenPtr token, std::unique_ptr<ByteStream> stream,
                         Framing framing, Format format, std::string head, std::function<void(EventStream&)> ended)
    : EventStream{std::make_unique<Parts>(std::move(setting), hub.instance(), framing, format, std::move(stream),
                                          std::move(ended)),
                  hub, std::move(token)} {
  static_cast<void>(parts_->output.add_raw(std::move(head)));
}

EventStream::EventStream(std::unique_ptr<Parts> parts, Hub& hub, TokenPtr token)
    : Consumer{hub, parts->output, std::move(token)}, parts_{std::move(parts)} {
  const auto refill = [this] {
    if (!pump()) give_up();
    if (is_too_slow()) wake();
  };
  parts_->writer =
      std::make_shared<Writer>(parts_->setting.writing, parts_->stream, parts_->output, refill, [this] { drop(); });
  parts_->alarm = std::make_unique<Alarm>(parts_->setting.alarms, [this] { keep_alive(); });
}

EventStream::~EventStream() {
  parts_->writer->stop();
  parts_->stream->close();
}

void EventStream::begin(Subscription subscription, Start start) {
  subscribe(std::move(subscription), start);
  parts_->alarm->set(parts_->setting.alarms.now() + silence);
  watch();
}

void EventStream::drop() {
  if (!parts_->ended) return;
  parts_->writer->stop();
  parts_->stream->close();
  parts_->alarm->clear();
  const auto ended = std::exchange(parts_->ended, nullptr);
  ended(*this);
}

void EventStream::wake() {
  if (!is_too_slow()) return parts_->writer->wake();
  asio::post(parts_->setting.executor, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->drop();
  });
}

/// A client has nothing more to say: whatever is readable is its end, or thrown away.
void EventStream::watch() {
  parts_->stream->when_readable([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (!self) return;
    std::array<char, 512> rest{};
    const Moved moved = error ? Moved{0, error} : self->parts_->stream->read_some(rest);
    if (moved.error) return self->drop();
    self->watch();
  });
}

void EventStream::keep_alive() {
  const bool is_lines = parts_->framing == Framing::lines;
  if (parts_->output.empty() && !parts_->output.add_raw(is_lines ? "\n" : ": still there\n\n")) return;
  parts_->writer->wake();
  parts_->alarm->set(parts_->setting.alarms.now() + silence);
}

}  // namespace isthmus::websocket
