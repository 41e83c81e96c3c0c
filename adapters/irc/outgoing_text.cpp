#include "adapters/irc/outgoing_text.hpp"

#include <algorithm>

#include "adapters/irc/formatting.hpp"
#include "adapters/irc/splitter.hpp"
#include "gateway/model/marked_text.hpp"

namespace isthmus::irc {

namespace {

/// The codes that are on where a piece of `text` begins. Pieces are asked for in their order.
class CodesBefore {
 public:
  explicit CodesBefore(std::string_view text) : text_{text} {}

  const Codes& at(std::string_view piece) {
    const auto begin = static_cast<std::size_t>(piece.data() - text_.data());
    for (; at_ < begin; ++at_) {
      if (text_[at_] == '\n') {
        codes_.clear();
      } else {
        codes_.toggle(text_[at_]);
      }
    }
    return codes_;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  Codes codes_;
};

}  // namespace

bool to_pieces(const Message& message, const TextForm& form, std::size_t budget, std::size_t max_pieces,
               std::string& storage, std::vector<std::string_view>& pieces) {
  const bool is_set = !message.spans.empty();
  if (!is_set && form.charset == nullptr) return split(message.text, budget, max_pieces, pieces);

  const bool has_codes = is_set && form.has_codes;
  std::string set;
  if (is_set)
    set = has_codes ? to_coded_text(message.text, message.spans)
                    : to_marked_text(message.text, message.spans, Fences::none);
  const std::string_view text = is_set ? std::string_view{set} : std::string_view{message.text};
  const std::size_t room = has_codes ? budget - std::min(budget, Codes::max_length) : budget;
  const bool fits = form.charset == nullptr ? split(text, room, max_pieces, pieces)
                                            : split(text, room, max_pieces, pieces, *form.charset);
  if (!fits) return false;

  storage.clear();
  CodesBefore codes{text};
  std::vector<std::size_t> ends;
  ends.reserve(pieces.size());
  for (const std::string_view piece : pieces) {
    if (has_codes) codes.at(piece).append_to(storage);
    if (form.charset != nullptr) {
      form.charset->append_encoded(storage, piece);
    } else {
      storage += piece;
    }
    ends.push_back(storage.size());
  }
  std::size_t begin = 0;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    pieces[i] = std::string_view{storage}.substr(begin, ends[i] - begin);
    begin = ends[i];
  }
  return true;
}

}  // namespace isthmus::irc
