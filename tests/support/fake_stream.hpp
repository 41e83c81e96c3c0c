#pragma once
// A ByteStream without a socket. The test holds the other side and decides how much moves.
#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/runtime/byte_stream.hpp"

namespace isthmus::support {

/// The other side of a fake connection; it outlives the stream.
class FakePeer {
 public:
  explicit FakePeer(asio::any_io_executor executor);

  /// The stream under test; once only.
  std::unique_ptr<ByteStream> stream();

  /// Arrives at the stream.
  void say(std::string_view bytes);
  /// Takes what the stream has written so far.
  std::string heard();
  /// After what was said, reading ends with `error`, and so does writing at once.
  void hang_up(boost::system::error_code error = asio::error::eof);
  /// From now on the stream can write `bytes` more, then it would block, until this is called again. Without limit at
  /// first.
  void take(std::size_t bytes);
  /// No read and no write moves more than this at a time.
  void limit_piece(std::size_t bytes);
  /// The stream was closed or destroyed.
  bool is_closed() const;

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace isthmus::support
