#pragma once
// The server's batches that have not ended (https://ircv3.net/specs/extensions/batch), and the multi-line messages
// that are collected in them (draft/multiline). No I/O, no clock.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/model/message.hpp"

namespace isthmus::irc {

/// A message that comes in lines: what its BATCH line said, and the text so far.
struct Multiline {
  std::string tags;    // of the BATCH line, raw
  std::string prefix;  // of the BATCH line
  std::string target;
  Style style = Style::normal;
  Message said{};            // the lines, decoded, parted by LF
  std::uint64_t digest = 0;  // of the lines as they came, see digest_with()
  std::size_t lines = 0;
  bool is_cut = false;  // more came than is taken
};

/// The digest of some lines and then `line`; that of none is 0. The order counts, and where they are cut.
std::uint64_t digest_with(std::uint64_t digest, std::string_view line) noexcept;

struct Batch {
  enum class Kind : std::uint8_t {
    other,    // known so that what is nested in it is understood
    history,  // chathistory, znc.in/playback
    netsplit,
    netjoin,
    labelled,   // labeled-response
    multiline,  // draft/multiline
  };
  std::string id;
  Kind kind = Kind::other;
  std::string parent;        // the id of the batch that it is nested in; empty: none
  std::string label;         // what it answers; empty: nothing of ours
  bool is_answered = false;  // the label's answer was in it
  // Of history
  std::string target;     // where it was said
  std::size_t lines = 0;  // so far
  std::string last;       // the last one of them, as CHATHISTORY names it
  std::unique_ptr<Multiline> message;
};

class Batches {
 public:
  static constexpr std::size_t max_open = 16;

  /// nullptr when there is none.
  Batch* find(std::string_view id) noexcept;
  /// A new one, in place of one that has this id; nullptr when too many are open.
  Batch* open(std::string_view id, std::string_view type);
  /// Takes out the batch that ends.
  std::optional<Batch> close(std::string_view id);
  /// The batch of `kind` that is `id` or that `id` is nested in; nullptr when there is none.
  Batch* around(std::string_view id, Batch::Kind kind) noexcept;
  bool empty() const noexcept { return open_.empty(); }

 private:
  std::vector<Batch> open_;
};

}  // namespace isthmus::irc
