#pragma once
// Something that happened in a channel, as clients are told of it: one text for each format, made once however many
// clients there are.
#include <array>
#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/model/time.hpp"

namespace isthmus::websocket {

enum class Format : std::uint8_t {
  native,       // isthmus.v1.json
  cloudevents,  // CloudEvents 1.0, structured mode
  flat,         // {"time":…,"topic":…,"value":…}: messages and values only
  bridge,       // as matterbridge's API has messages: what people say only
};
inline constexpr std::size_t formats = 4;

using Text = std::shared_ptr<const std::string>;

/// One run of the gateway: its cursors have `epoch`, and those beyond `last` name what no other run knows.
struct Run {
  std::string epoch;
  std::uint64_t last = 0;
};

/// What texts need to know of the gateway.
struct Instance {
  std::string epoch;          // of cursors: another one after each restart, [0-9a-z]
  std::string source;         // of CloudEvents: "/isthmus/ws.example.org"
  std::vector<Run> before{};  // earlier runs, whose history this one goes on with
};

/// What a cursor names: what came up to the place `seq` is known to whoever has it.
struct Cursor {
  std::uint64_t seq = 0;
  bool is_elsewhere = false;  // of a run that nobody remembers, or of another gateway; `seq` is 0
  friend bool operator==(const Cursor&, const Cursor&) = default;
};

/// "epoch-seq".
std::string to_cursor(const Instance& instance, std::uint64_t seq);
/// nullopt for what is no cursor at all. A place of an earlier run that is lost is that of its last record.
std::optional<Cursor> parse_cursor(const Instance& instance, std::string_view text);

/// Of the record that says: between the one before and the one behind something may be missing.
inline constexpr std::string_view break_type = "gap";

class Record {
 public:
  std::uint64_t seq = 0;  // 0: has no place in the history
  std::string_view type;  // of its native frame, a literal: "msg", "presence", …
  std::string id;         // of a message: 32 hexadecimal digits
  SystemTime time;
  std::string from;             // the address that patterns select it by, "ws:plant/temp"
  std::string to;               // where it was passed on to, selected by as well; may be empty
  bool is_value = false;        // the last one for each address is kept, and a newer one may replace it in a queue
  boost::json::object members;  // what else its native frame has, in order

  /// It concerns everybody, wherever it stands; to clients it is a gap.
  bool is_break() const noexcept { return type == break_type; }

  /// Its text in that format, empty where the format has none for it. Not to be called before the record is complete.
  const Text& text(Format format, const Instance& instance) const;

  /// The same compressed (packing.hpp): empty where that is not worth it.
  const Text& packed(Format format, const Instance& instance) const;

  /// About what it costs to keep, in bytes.
  std::size_t size() const noexcept;

 private:
  mutable std::array<Text, formats> texts_;
  mutable std::array<Text, formats> packed_;
};
using RecordPtr = std::shared_ptr<const Record>;

/// A break. Everything before it was kept, and the gateway did not end well.
Record break_record(SystemTime time);

/// What was not delivered: `count` records, of those from `first` to `last`. `reason` is "slow" or "expired".
struct Gap {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t count = 0;  // 0: nobody knows
  std::string_view reason = "slow";
};
/// Empty in formats that have no form for it.
std::string to_text(const Gap& gap, Format format, const Instance& instance);

/// "2026-11-22T07:40:11.204Z".
std::string to_timestamp(SystemTime time);
/// That, with or without the fraction, or the date alone. nullopt: neither.
std::optional<SystemTime> parse_timestamp(std::string_view text);

}  // namespace isthmus::websocket
