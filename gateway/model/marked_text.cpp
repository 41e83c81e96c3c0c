#include "gateway/model/marked_text.hpp"

#include <algorithm>
#include <vector>

namespace isthmus {
namespace {

constexpr std::string_view fence = "```";

constexpr bool is_block(Span::Kind kind) { return kind == Span::Kind::quote || kind == Span::Kind::code_block; }

/// '\0': none.
constexpr char mark_of(Span::Kind kind) {
  switch (kind) {
    case Span::Kind::bold: return '*';
    case Span::Kind::italic: return '_';
    case Span::Kind::strike: return '~';
    case Span::Kind::code: return '`';
    case Span::Kind::underline:
    case Span::Kind::code_block:
    case Span::Kind::quote: break;
  }
  return '\0';
}

class Marker {
 public:
  Marker(std::string_view text, std::span<const Span> spans, Fences fences)
      : text_{text}, waiting_{spans}, has_fences_{fences == Fences::backticks} {}

  std::string take() {
    out_.reserve(text_.size() + 16);
    for (std::size_t begin = 0;;) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size());
      add_line(begin, end);
      if (end == text_.size()) break;
      begin = end + 1;
    }
    if (block_ != nullptr) add_fence(depth_);
    out_.pop_back();
    return std::move(out_);
  }

 private:
  void add_line(std::size_t begin, std::size_t end) {
    std::erase_if(here_, [&](const Span* span) { return span->end <= begin; });
    // An empty line is in the block that goes on behind it.
    for (; !waiting_.empty() && (waiting_.front().begin < end || waiting_.front().begin == begin);
         waiting_ = waiting_.subspan(1)) {
      if (waiting_.front().end > begin) here_.push_back(&waiting_.front());
    }
    const auto depth =
        static_cast<std::size_t>(std::ranges::count(here_, Span::Kind::quote, [](const Span* it) { return it->kind; }));
    const auto block = std::ranges::find(here_, Span::Kind::code_block, [](const Span* it) { return it->kind; });
    enter(block == here_.end() ? nullptr : *block, depth);
    add_depth(depth);
    block_ == nullptr ? add_words(begin, end) : void(out_ += text_.substr(begin, end - begin));
    out_ += '\n';
  }

  /// From here on lines are in `block`, null for none, `depth` quotations deep.
  void enter(const Span* block, std::size_t depth) {
    if (block != block_) {
      if (block_ != nullptr) add_fence(depth_);
      if (block != nullptr) add_fence(depth);
    }
    block_ = block;
    depth_ = depth;
  }

  void add_fence(std::size_t depth) {
    if (!has_fences_) return;
    add_depth(depth);
    out_ += fence;
    out_ += '\n';
  }

  void add_depth(std::size_t depth) {
    if (depth == 0) return;
    out_.append(depth, '>');
    out_ += ' ';
  }

  void add_words(std::size_t begin, std::size_t end) {
    struct Place {
      std::size_t begin;
      std::size_t end;
      std::size_t order;
      char mark;
    };
    std::vector<Place> opening;
    for (const Span* span : here_) {
      const char mark = mark_of(span->kind);
      if (mark == '\0' || is_block(span->kind)) continue;
      opening.push_back(
          {std::max<std::size_t>(span->begin, begin), std::min<std::size_t>(span->end, end), opening.size(), mark});
    }
    // What ends last is outside.
    std::ranges::sort(opening, [](const Place& a, const Place& b) {
      if (a.begin != b.begin) return a.begin < b.begin;
      return a.end != b.end ? a.end > b.end : a.order < b.order;
    });
    std::vector<Place> open;
    std::size_t at = begin;
    const auto close_until = [&](std::size_t limit) {
      for (;;) {
        // Of two that end at the same place, the one that was opened last is closed first.
        const auto last = std::ranges::min_element(open, [](const Place& a, const Place& b) {
          if (a.end != b.end) return a.end < b.end;
          return a.begin != b.begin ? a.begin > b.begin : a.order > b.order;
        });
        if (last == open.end() || last->end > limit) return;
        out_ += text_.substr(at, last->end - at);
        at = last->end;
        out_ += last->mark;
        open.erase(last);
      }
    };
    for (const Place& place : opening) {
      close_until(place.begin);
      out_ += text_.substr(at, place.begin - at);
      at = place.begin;
      out_ += place.mark;
      open.push_back(place);
    }
    close_until(end);
    out_ += text_.substr(at, end - at);
  }

  std::string_view text_;
  std::span<const Span> waiting_;
  bool has_fences_;
  std::string out_;
  std::vector<const Span*> here_;  // that reach into the line
  const Span* block_ = nullptr;    // the code block that the last line was in
  std::size_t depth_ = 0;          // quotations around the last line
};

}  // namespace

std::string to_marked_text(std::string_view text, std::span<const Span> spans, Fences fences) {
  return Marker{text, spans, fences}.take();
}

}  // namespace isthmus
