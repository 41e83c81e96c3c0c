#include "adapters/irc/formatting.hpp"

#include <algorithm>

#include "adapters/irc/charset.hpp"

namespace isthmus::irc {

namespace {

constexpr char reset = 0x0F;
constexpr std::string_view codes{"\x02\x1D\x1F\x1E\x11"};
constexpr std::array kinds{Span::Kind::bold, Span::Kind::italic, Span::Kind::underline, Span::Kind::strike,
                           Span::Kind::code};

/// Makes spans of the codes of one line, in the text that it is appended to.
class SpanReader final : public ControlSink {
 public:
  SpanReader(std::vector<Span>& spans, std::size_t before) : spans_{spans}, first_{spans.size()}, before_{before} {}

  void on_control(char32_t code, std::size_t at) override {
    Codes now = on_;
    if (code < 0x20 && now.toggle(static_cast<char>(code))) turn(now, at);
  }

  void end(std::size_t at) {
    turn({}, at);
    std::sort(spans_.begin() + static_cast<std::ptrdiff_t>(first_), spans_.end(), [](const Span& a, const Span& b) {
      if (a.begin != b.begin) return a.begin < b.begin;
      return a.end != b.end ? a.end > b.end : a.kind < b.kind;
    });
  }

 private:
  void turn(Codes now, std::size_t at) {
    const auto place = static_cast<std::uint32_t>(before_ + at);
    for (std::size_t i = 0; i < codes.size(); ++i) {
      if (now.has(i) == on_.has(i)) continue;
      if (now.has(i)) {
        begun_[i] = place;
      } else if (begun_[i] < place) {
        add({kinds[i], begun_[i], place});
      }
    }
    on_ = now;
  }

  /// What ends where it begins again is one.
  void add(Span span) {
    const auto before = std::find_if(spans_.begin() + static_cast<std::ptrdiff_t>(first_), spans_.end(),
                                     [&](const Span& it) { return it.kind == span.kind && it.end == span.begin; });
    if (before == spans_.end()) {
      spans_.push_back(span);
    } else {
      before->end = span.end;
    }
  }

  std::vector<Span>& spans_;
  std::size_t first_;
  std::size_t before_;
  Codes on_;
  std::array<std::uint32_t, codes.size()> begun_{};
};

/// The marks before a line of `text` that begins at `at`: one for each quotation that it is in.
std::string quote_marks(const std::vector<Span>& spans, std::size_t at) {
  const auto depth = static_cast<std::size_t>(std::ranges::count_if(
      spans, [&](const Span& it) { return it.kind == Span::Kind::quote && it.begin <= at && at < it.end; }));
  return depth == 0 ? std::string{} : std::string(depth, '>') + ' ';
}

/// The code that says `kind`; '\0' for a quotation.
char code_of(Span::Kind kind) {
  if (kind == Span::Kind::code_block) return code_of(Span::Kind::code);
  const auto found = std::ranges::find(kinds, kind);
  return found == kinds.end() ? '\0' : codes[static_cast<std::size_t>(found - kinds.begin())];
}

/// Where which code begins or ends.
struct Turn {
  std::size_t at;
  char code;
  int by;  // 1: begins, -1: ends
};

std::vector<Turn> turns_of(std::string_view text, const std::vector<Span>& spans) {
  std::vector<Turn> turns;
  for (const Span& span : spans) {
    const char code = code_of(span.kind);
    const std::size_t end = std::min<std::size_t>(span.end, text.size());
    if (code == '\0' || span.begin >= end) continue;
    turns.push_back({span.begin, code, 1});
    turns.push_back({end, code, -1});
  }
  std::ranges::sort(turns, {}, &Turn::at);
  return turns;
}

}  // namespace

bool Codes::toggle(char code) noexcept {
  const auto index = codes.find(code);
  if (code == reset) bits_ = 0;
  if (index == std::string_view::npos) return code == reset;
  bits_ = static_cast<std::uint8_t>(bits_ ^ (1U << index));
  return true;
}

void Codes::append_to(std::string& out) const {
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (has(i)) out += codes[i];
  }
}

void append_text(Message& said, std::string_view bytes, std::string& buffer, const LegacyCharset* charset) {
  SpanReader reader{said.spans, said.text.size()};
  const std::string_view text = without_controls(bytes, buffer, charset, &reader);
  if (text.data() != bytes.data()) reader.end(text.size());
  said.text += text;
}

void put_before(Message& said, const Message& before) {
  const auto moved = static_cast<std::uint32_t>(before.text.size() + 1);
  for (Span& span : said.spans) {
    span.begin += moved;
    span.end += moved;
  }
  said.text.insert(0, before.text + "\n");
  said.spans.insert(said.spans.begin(), before.spans.begin(), before.spans.end());
}

std::string to_coded_text(std::string_view text, const std::vector<Span>& spans) {
  const auto turns = turns_of(text, spans);
  std::array<int, codes.size()> open{};
  std::string coded;
  coded.reserve(text.size() + turns.size());
  Codes on;  // as the line has it
  auto turn = turns.begin();
  const auto catch_up = [&] {
    for (std::size_t i = 0; i < codes.size(); ++i) {
      if (on.has(i) == (open[i] > 0)) continue;
      coded += codes[i];
      on.toggle(codes[i]);
    }
  };
  for (std::size_t at = 0; at < text.size();) {
    if (at == 0 || text[at - 1] == '\n') coded += quote_marks(spans, at);
    for (; turn != turns.end() && turn->at <= at; ++turn) open[codes.find(turn->code)] += turn->by;
    std::size_t end = turn == turns.end() ? text.size() : std::min(turn->at, text.size());
    end = std::min(end, std::min(text.find('\n', at), text.size()));
    if (end > at) {
      catch_up();
      coded += text.substr(at, end - at);
    }
    at = end;
    if (at < text.size() && text[at] == '\n') {
      coded += '\n';
      on.clear();
      ++at;
    }
  }
  return coded;
}

}  // namespace isthmus::irc
