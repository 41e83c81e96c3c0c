#pragma once
// What waits to be written to one client: bounded, and it says what becomes of what is too much. Texts are shared with
// all other clients; only the few bytes of framing in front of each are its own.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/websocket/record.hpp"

namespace isthmus::websocket {

enum class Framing : std::uint8_t {
  websocket,     // a text frame each (RFC 6455 §5.2), unmasked
  event_stream,  // server-sent events: "id: CURSOR", "data: TEXT"
  lines,         // a line each
};

/// What becomes of records that a client does not take in time.
enum class Policy : std::uint8_t {
  coalesce,     // a newer value replaces one of the same address that still waits; beyond the limits drop_oldest
  drop_oldest,  // the oldest go, and a gap says so
  disconnect,   // the client is to be closed
};

struct OutputLimits {
  std::size_t frames = 1'000;
  std::size_t bytes = std::size_t{1024} * 1024;
};

class Output {
 public:
  Output(Framing framing, Format format, const Instance& instance, OutputLimits limits = {})
      : framing_{framing}, format_{format}, instance_{instance}, limits_{limits} {}

  void set_format(Format format) noexcept { format_ = format; }
  Format format() const noexcept { return format_; }
  /// The client has agreed to compressed messages (RFC 7692): longer records are sent like that.
  void set_packing(bool packs) noexcept { packs_ = packs; }

  /// A record, with `extra` ("", or ",\"sub\":[…]") before the closing brace of its text. False: the client is too
  /// slow, and its policy is to be closed then.
  [[nodiscard]] bool add(const RecordPtr& record, Policy policy, std::string_view extra = {});
  /// What is for this client alone and is never dropped. False: nothing can be dropped any more, so it is too slow.
  [[nodiscard]] bool add(std::string text);
  /// Whole frames that somebody else made (pings, pongs and closes): never dropped. False as above.
  [[nodiscard]] bool add_raw(std::string bytes);

  bool empty() const noexcept { return head_ == entries_.size() && rest_.empty() && !gap_; }
  std::size_t frames() const noexcept { return entries_.size() - head_; }
  std::size_t bytes() const noexcept { return bytes_; }

  /// Forgets all but a frame that is written in part already.
  void clear();

  /// The client takes no more for now (or does again): from then on newer values replace those that wait.
  void set_blocked(bool blocked) noexcept { is_blocked_ = blocked; }

  /// Appends what is to be written next to `out`, at least one frame where there is one, about `most` bytes. It is gone
  /// from here then.
  void take(std::string& out, std::size_t most);
  /// What take() gave and could not be written: it comes first next time.
  void put_back(std::string_view rest) { rest_.insert(0, rest); }

 private:
  enum class Kind : std::uint8_t { record, own, raw };
  struct Entry {
    Text text;
    RecordPtr record{};  // none: `text` is the client's own, or raw
    Kind kind = Kind::record;
    bool is_packed = false;
  };
  Entry make_entry(const RecordPtr& record, std::string_view extra) const;
  bool fits(std::size_t more) const noexcept;
  bool make_room(std::size_t more);
  void push(Entry entry);
  void append(std::string& out, const Entry& entry) const;
  void append_gap(std::string& out);
  void shrink();

  Framing framing_;
  Format format_;
  const Instance& instance_;
  OutputLimits limits_;
  std::vector<Entry> entries_;  // from head_ on; what is before was taken
  std::size_t head_ = 0;
  std::size_t bytes_ = 0;
  std::string rest_;  // taken, not written
  std::optional<Gap> gap_;
  bool is_blocked_ = false;
  bool packs_ = false;
};

/// A frame's first bytes, from the server: final, unmasked, `opcode` with the reserved bits (RFC 6455 §5.2).
void append_frame_head(std::string& out, unsigned opcode, std::size_t length);

}  // namespace isthmus::websocket
