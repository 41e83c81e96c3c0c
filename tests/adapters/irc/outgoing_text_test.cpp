#include "adapters/irc/outgoing_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace isthmus::irc {
namespace {

using Kind = Span::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> pieces_of(const Message& message, const TextForm& form, std::size_t budget,
                                   std::size_t most = 50) {
  std::string storage;
  std::vector<std::string_view> pieces;
  EXPECT_EQ(to_pieces(message, form, budget, most, storage, pieces), !pieces.empty());
  return {pieces.begin(), pieces.end()};
}

Message message_of(std::string text, std::vector<Span> spans = {}) {
  return {.style = Style::normal, .text = std::move(text), .spans = std::move(spans)};
}

TEST(IrcOutgoingText, OfAPlainMessageIsTheMessageItself) {
  const Message message = message_of("one\ntwo");
  std::string storage;
  std::vector<std::string_view> pieces;
  ASSERT_TRUE(to_pieces(message, {}, 100, 2, storage, pieces));
  EXPECT_THAT(pieces, ElementsAre("one", "two"));
  EXPECT_EQ(pieces.front().data(), message.text.data()) << "nothing is copied";
  EXPECT_FALSE(to_pieces(message, {}, 100, 1, storage, pieces));
  EXPECT_THAT(pieces, IsEmpty());
}

TEST(IrcOutgoingText, HasTheMarksThatPeopleTypeWhereCodesAreOff) {
  EXPECT_THAT(pieces_of(message_of("so it is\nyes", {{Kind::quote, 0, 8}, {Kind::bold, 0, 2}}), {}, 100),
              ElementsAre("> *so* it is", "yes"));
  EXPECT_THAT(pieces_of(message_of("a b\n c", {{Kind::code_block, 0, 6}}), {}, 100), ElementsAre("a b", " c"));
}

TEST(IrcOutgoingText, OpensItsCodesAnewOnEachPiece) {
  const Message message = message_of("aaaa bbbb cccc d", {{Kind::bold, 5, 14}, {Kind::italic, 10, 14}});
  EXPECT_THAT(pieces_of(message, {.charset = nullptr, .has_codes = true}, 15), ElementsAre("aaaa \x02"
                                                                                           "bbbb",
                                                                                           "\x02 \x1D"
                                                                                           "cccc\x02\x1D d"));
}

TEST(IrcOutgoingText, FitsWithItsCodes) {
  const Message message = message_of(std::string(300, 'x'), {{Kind::bold, 0, 300},
                                                             {Kind::italic, 0, 300},
                                                             {Kind::underline, 0, 300},
                                                             {Kind::strike, 0, 300},
                                                             {Kind::code, 0, 300}});
  const auto pieces = pieces_of(message, {.charset = nullptr, .has_codes = true}, 64);
  ASSERT_GT(pieces.size(), 4U);
  for (const auto& piece : pieces) {
    EXPECT_LE(piece.size(), 64U);
    EXPECT_TRUE(piece.starts_with("\x02\x1D\x1F\x1E\x11")) << testing::PrintToString(piece);
  }
}

TEST(IrcOutgoingText, IsCutByTheBytesOfItsCharset) {
  const auto charset = LegacyCharset::find("KOI8-R");
  ASSERT_NE(charset, nullptr);
  std::string text;
  for (int i = 0; i < 100; ++i) text += "я";
  const auto pieces = pieces_of(message_of(text), {.charset = charset.get()}, 64);
  EXPECT_THAT(pieces, ElementsAre(std::string(64, '\xD1'), std::string(36, '\xD1')));
}

TEST(IrcOutgoingText, HasCodesAndACharsetAtOnce) {
  const auto charset = LegacyCharset::find("KOI8-R");
  ASSERT_NE(charset, nullptr);
  EXPECT_THAT(pieces_of(message_of("я ю", {{Kind::bold, 3, 5}}), {.charset = charset.get(), .has_codes = true}, 64),
              ElementsAre("\xD1 \x02\xC0"));
}

}  // namespace
}  // namespace isthmus::irc
