#include "xmpp/jid.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "xmpp/errc.hpp"
#include "xmpp/stringprep.hpp"

namespace isthmus::xmpp {
namespace {

struct Good {
  const char* name;
  std::string text;
  std::string local;
  std::string domain;
  std::string resource;
};

class ParseJid : public testing::TestWithParam<Good> {};

TEST_P(ParseJid, SplitsAndPrepares) {
  const auto& [name, text, local, domain, resource] = GetParam();
  const auto jid = parse_jid(text);
  ASSERT_TRUE(jid) << jid.error().message();
  EXPECT_EQ(jid->local(), local);
  EXPECT_EQ(jid->domain(), domain);
  EXPECT_EQ(jid->resource(), resource);
  EXPECT_EQ(jid->is_full(), !resource.empty());
  const auto bare = (local.empty() ? "" : local + "@") + domain;
  EXPECT_EQ(jid->bare(), bare);
  EXPECT_EQ(jid->str(), resource.empty() ? bare : bare + "/" + resource);
  EXPECT_EQ(*parse_jid(jid->str()), *jid);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ParseJid,
    testing::Values(
        Good{"domain", "example.org", "", "example.org", ""},
        Good{"bare", "juliet@example.org", "juliet", "example.org", ""},
        Good{"full", "juliet@example.org/balcony", "juliet", "example.org", "balcony"},
        Good{"domain_with_resource", "example.org/balcony", "", "example.org", "balcony"},
        Good{"resource_keeps_all", "a@b/C d@e/f", "a", "b", "C d@e/f"},
        Good{"at_in_a_resource_alone", "b/c@d", "", "b", "c@d"},
        Good{"case", "JULIET@EXAMPLE.Org/Balcony", "juliet", "example.org", "Balcony"},
        Good{"room", "#Lounge%irc.libera.chat@irc.example.org/O'Hara", "#lounge%irc.libera.chat", "irc.example.org",
             "O'Hara"},
        Good{"final_dot", "a@example.org./r", "a", "example.org", "r"}, Good{"one_letter", "a@b/c", "a", "b", "c"},
        Good{"non_ascii_case", "\u00C9cole@\u00C9cole.example/\u00C9", "\u00E9cole", "\u00E9cole.example", "\u00C9"},
        Good{"sharp_s", "stra\u00DFe@example.org", "strasse", "example.org", ""},
        Good{"full_width", "\uFF21@\uFF21\uFF0E\u3042\u3002b", "a", "a.\u3042.b", ""},
        Good{"composed", "e\u0301@example.org/e\u0301", "\u00E9", "example.org", "\u00E9"},
        Good{"soft_hyphen_goes", "a\u00ADb@a\u00ADb/a\u00ADb", "ab", "ab", "ab"},
        Good{"unassigned_code_points_stay", "\U0001F600@example.org/\U0001F600", "\U0001F600", "example.org",
             "\U0001F600"},
        Good{"ace_label", "a@XN--BCHER-KVA.example", "a", "xn--bcher-kva.example", ""},
        Good{"underscore", "a@_b.c", "a", "_b.c", ""}, Good{"ipv4", "a@192.0.2.1/x", "a", "192.0.2.1", "x"},
        Good{"ipv6", "a@[2001:DB8::1]/x", "a", "[2001:db8::1]", "x"},
        Good{"right_to_left", "\u0633\u0644\u0627\u0645@example.org", "\u0633\u0644\u0627\u0645", "example.org", ""}),
    [](const auto& row) { return std::string{row.param.name}; });

TEST(ParseJidRefuses, EmptyParts) {
  for (const std::string text : {"", "@", "@b", "a@", "a@/c", "b/", "a@b/", "/", "/c", "@/", ".", "a@.", "a@b..c",
                                 "a@.b", "a@b..", "\u00AD@b", "a@\u00AD", "a@b.\u00AD.c", "a@b/\u00AD"}) {
    EXPECT_EQ(parse_jid(text).error(), Errc::empty_part) << text;
  }
}

TEST(ParseJidRefuses, CharactersThatTheProfilesProhibit) {
  for (const std::string text :
       {"a b@c",      "a\"@c",    "a&@c",      "a'@c",       "a:@c",      "a<@c",      "a>@c",
        "a\x01@c",    "a\x7F@c",  "a\u00A0@c", "a\u2028@c",  "a\uE000@c", "a\uFF20@c", "a\u2100@c",
        "a@b c",      "a@b@c",    "a@b\x01",   "a@b!",       "a@b%c",     "a@b\uFF20", "a@\u2100",
        "a@b\u2024c", "a@\u2488", "a@[::1",    "a@::1",      "a@[]",      "a@[x]",     "a@[1.2.3.4]",
        "a@[::1]:5",  "a@b/\x01", "a@b/\x7F",  "a@b/\u0085", "a\u0633@b", "\u06331@b"}) {
    EXPECT_EQ(parse_jid(text).error(), Errc::prohibited_character) << text;
  }
  EXPECT_EQ(parse_jid(std::string("a\0b@c", 5)).error(), Errc::prohibited_character);
  EXPECT_EQ(parse_jid(std::string("a@b/\0", 5)).error(), Errc::prohibited_character);
  EXPECT_EQ(parse_jid(std::string("a@[::1\0]", 8)).error(), Errc::prohibited_character);
}

TEST(ParseJidRefuses, IllFormedUtf8) {
  for (const std::string text : {"\xFF@b", "a@\xC0\x80", "a@b/\xED\xA0\x80", "\xE2\x82@b"}) {
    EXPECT_EQ(parse_jid(text).error(), Errc::ill_formed_utf8) << text;
  }
}

TEST(ParseJidRefuses, PartsOver1023Bytes) {
  const std::string longest(1023, 'a');
  std::string domain;
  for (int i = 0; i < 16; ++i) domain += std::string(63, 'b') + '.';
  domain.pop_back();
  ASSERT_EQ(domain.size(), 1023U);
  EXPECT_EQ(parse_jid(longest + "@" + domain + "/" + longest)->str().size(), 3 * 1023 + 2);
  EXPECT_EQ(parse_jid(longest + "a@b").error(), Errc::part_too_long);
  EXPECT_EQ(parse_jid("a@b/" + longest + "a").error(), Errc::part_too_long);
  EXPECT_EQ(parse_jid("a@" + domain + ".c").error(), Errc::part_too_long);
  EXPECT_EQ(parse_jid("a@" + std::string(64, 'b')).error(), Errc::part_too_long);
  EXPECT_EQ(parse_jid(std::string(510, 'a') + "\u00DF" + std::string(511, 'a') + "@b")->local().size(), 1023U);
  std::string growing;
  for (int i = 0; i < 300; ++i) growing += "\uFDFA";  // 3 bytes that become 33
  EXPECT_EQ(parse_jid("a@b/" + growing).error(), Errc::part_too_long);
}

TEST(ParseJid, UsesTheStorageAgain) {
  Jid jid;
  ASSERT_TRUE(parse_jid_into("juliet@example.org/a-rather-long-resource-name", jid));
  const auto* const storage = jid.str().data();
  ASSERT_TRUE(parse_jid_into("romeo@example.org/orchard", jid));
  EXPECT_EQ(jid.str().data(), storage);
  EXPECT_EQ(jid.resource(), "orchard");
  EXPECT_FALSE(parse_jid_into("romeo@example.org/\x01", jid));
  EXPECT_TRUE(jid.empty());
  EXPECT_EQ(jid.local(), "");
  EXPECT_EQ(jid.bare(), "");
  EXPECT_FALSE(jid.is_full());
}

// Random strings for the properties below: ASCII of all kinds, and characters that each profile treats in its own way.
std::string random_text(std::mt19937& random, bool is_ascii) {
  static const std::array<std::string_view, 34> beyond{
      "\u00E9",     "\u00C9",     "\u00DF", "\u0301", "e\u0301", "\u00AD", "\u00A0", "\u0633", "\u05D0",
      "\u0660",     "\u0130",     "\uFF21", "\uFF20", "\u2100",  "\u3002", "\uFF0E", "\u2024", "\u1E9E",
      "\u03A3",     "\u03C2",     "\u0345", "\u1F80", "\u2126",  "\uFB01", "\u1100", "\u1161", "\u0958",
      "\U0001F600", "\U00010400", "\uE000", "\u200B", "\u200E",  "\uFDFA", "\u0149"};
  std::string text;
  for (auto count = 1 + random() % 12; count > 0; --count) {
    const auto kind = random() % 8;
    if (!is_ascii && kind < 3)
      text += beyond[random() % beyond.size()];
    else if (kind < 7)
      text += "abcXYZ019.-_#%=[]{}|^`\\~"[random() % 24];
    else
      text += static_cast<char>(1 + random() % 127);
  }
  return text;
}

struct Part {
  const char* name;
  Result<std::string> (*prepared)(std::string_view);
  Profile profile;
};

constexpr std::array<Part, 2> parts{
    {{"local", prepared_local, Profile::nodeprep}, {"resource", prepared_resource, Profile::resourceprep}}};

TEST(AsciiFastPath, IsEqualToLibidn) {
  std::mt19937 random{1};
  for (const auto& [name, prepared, profile] : parts) {
    for (int round = 0; round < 6000; ++round) {
      const auto text = random_text(random, round % 2 == 0);
      const auto fast = prepared(text);
      const auto reference = prepare(profile, text, Unassigned::allowed);
      ASSERT_EQ(fast.has_value(), reference.has_value()) << name << ' ' << text;
      if (fast) ASSERT_EQ(*fast, *reference) << name << ' ' << text;
    }
    for (int c = 1; c < 0x80; ++c) {
      const std::string text{'a', static_cast<char>(c), 'b'};
      const auto reference = prepare(profile, text, Unassigned::allowed);
      ASSERT_EQ(prepared(text).has_value(), reference.has_value()) << name << ' ' << c;
      if (reference) ASSERT_EQ(*prepared(text), *reference) << name << ' ' << c;
    }
  }
}

TEST(AsciiFastPath, OfADomainIsEqualToLibidnLabelByLabel) {
  static constexpr std::string_view letters = "abcXYZ019-_";
  std::mt19937 random{2};
  for (int round = 0; round < 6000; ++round) {
    std::string text;
    std::string reference;
    for (auto labels = 1 + random() % 4; labels > 0; --labels) {
      std::string label;
      for (auto count = 1 + random() % 6; count > 0; --count) label += letters[random() % letters.size()];
      text += (text.empty() ? "" : ".") + label;
      reference += (reference.empty() ? "" : ".") + *prepare(Profile::nameprep, label, Unassigned::allowed);
    }
    ASSERT_EQ(*prepared_domain(text), reference) << text;
    // The same by the way that characters beyond ASCII take.
    ASSERT_EQ(*prepared_domain(text + ".\u00E9"), reference + ".\u00E9") << text;
  }
}

TEST(AsciiFastPath, OfAWholeAddressGivesItsPartsPrepared) {
  static constexpr std::string_view letters = "abcxyz019-_.XY";
  std::mt19937 random{6};
  for (int round = 0; round < 10000; ++round) {
    const auto local = random_text(random, round % 4 != 0);
    const auto resource = random_text(random, round % 4 != 0);
    std::string domain;
    for (auto count = random() % 40; count > 0; --count) domain += letters[random() % (round % 2 == 0 ? 11 : 14)];
    if (local.find_first_of("/@") != std::string::npos) continue;
    const auto jid = parse_jid(local + "@" + domain + "/" + resource);
    const std::array wanted{prepared_local(local), prepared_domain(domain), prepared_resource(resource)};
    ASSERT_EQ(jid.has_value(), std::ranges::all_of(wanted, [](const auto& part) { return part.has_value(); }))
        << domain;
    if (!jid) continue;
    ASSERT_EQ(jid->local(), *wanted[0]);
    ASSERT_EQ(jid->domain(), *wanted[1]);
    ASSERT_EQ(jid->resource(), *wanted[2]);
  }
}

TEST(ParseJid, MayReadFromTheAddressThatItWrites) {
  for (const std::string_view text :
       {"romeo@example.org/a-rather-long-resource-name", "caf\u00E9@example.org/a-rather-long-resource-name"}) {
    auto jid = parse_jid(text).value();
    ASSERT_TRUE(parse_jid_into(jid.str(), jid));
    EXPECT_EQ(jid.str(), text);
  }
}

TEST(PreparedParts, DoNotChangeWhenPreparedAgain) {
  std::mt19937 random{3};
  for (int round = 0; round < 10000; ++round) {
    const auto text = random_text(random, false);
    for (const auto prepared : {prepared_local, prepared_domain, prepared_resource}) {
      const auto once = prepared(text);
      if (!once) continue;
      const auto twice = prepared(*once);
      ASSERT_TRUE(twice) << text;
      ASSERT_EQ(*twice, *once) << text;
    }
  }
}

struct Escape {
  const char* name;
  std::string foreign;
  std::string local;
};

class ToLocal : public testing::TestWithParam<Escape> {};

TEST_P(ToLocal, WritesTheEscapeAndReadsItBack) {
  EXPECT_EQ(to_local(GetParam().foreign), GetParam().local);
  EXPECT_EQ(from_local(GetParam().local), GetParam().foreign);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ToLocal,
    testing::Values(
        Escape{"channel", "#isthmus%irc.libera.chat", "#isthmus%irc.libera.chat"}, Escape{"empty", "", ""},
        Escape{"xep_0106", "a \"&'/:<>@b", "a\\20\\22\\26\\27\\2f\\3a\\3c\\3e\\40b"},
        Escape{"space_at_the_ends", " a ", "\\20a\\20"}, Escape{"backslash_alone", "a\\b\\", "a\\b\\"},
        Escape{"backslash_before_an_escape", "\\20", "\\5c20"},
        Escape{"backslash_before_its_own", "\\5c\\5d", "\\5c5c\\5d"},
        Escape{"backslash_before_other_digits", "\\21\\2", "\\21\\2"},
        Escape{"backslash_before_an_escaped_one", "\\ 20", "\\\\2020"}, Escape{"equals", "a=b=", "a=b="},
        Escape{"equals_before_digits", "=3d=41", "=3d3d=3d41"},
        Escape{"equals_before_one_digit", "=4=4 4", "=4=4\\204"}, Escape{"irc_nick", "[o]{x}|`^_-", "[o]{x}|`^_-"},
        Escape{"allowed_beyond_ascii", "#caf\u00E9", "#caf\u00E9"}, Escape{"capital_beyond_ascii", "\u00C9", "=c3=89"},
        Escape{"folded", "\u00DF", "=c3=9f"}, Escape{"unassigned_in_unicode_3_2", "x\U0001F600", "x=f0=9f=98=80"},
        Escape{"would_compose", "e\u0301\u00E9", "e=cc=81=c3=a9"},
        Escape{"mixed_directions", "#\u0633\u0644", "#=d8=b3=d9=84"},
        Escape{"right_to_left_alone", "\u0633\u0644", "\u0633\u0644"}, Escape{"controls", "a\x01\x7F\n", "a=01=7f=0a"},
        Escape{"not_utf8", "a\xFF\xE2\x82z", "a=ff=e2=82z"}, Escape{"no_break_space", "\u00A0", "=c2=a0"}),
    [](const auto& row) { return std::string{row.param.name}; });

TEST(ToLocal, MakesAsciiCapitalsSmall) { EXPECT_EQ(to_local("#Lounge\\5C"), "#lounge\\5c5c"); }

TEST(FromLocal, TakesHexDigitsOfEitherCase) {
  EXPECT_EQ(from_local("\\2F\\3A=C3=a9=4A"), "/:\u00E9J");
  EXPECT_EQ(from_local("\\5C20"), "\\20");
}

TEST(FromLocal, LetsStandWhatStartsNoEscape) {
  for (const std::string text : {"\\", "=", "\\2", "=4", "\\00", "\\41", "=zz", "\\\\", "==", "=4g", "\\2g"})
    EXPECT_EQ(from_local(text), text);
}

bool is_strictly_prepared(Profile profile, std::string_view text) {
  const auto prepared = prepare(profile, text, Unassigned::refused);
  return prepared && *prepared == text;
}

std::string random_bytes(std::mt19937& random, int round) {
  if (round % 2 == 0) return random_text(random, false);
  std::string bytes;
  for (auto count = 1 + random() % 20; count > 0; --count) {
    const auto kind = random() % 4;
    if (kind == 0)
      bytes += static_cast<char>(random() % 256);
    else
      bytes += "\\=2034cdef5 @"[random() % 13];
  }
  return bytes;
}

TEST(ToLocal, RoundTripsAnyBytesAndIsStrictlyPrepared) {
  std::mt19937 random{4};
  for (int round = 0; round < 20000; ++round) {
    auto name = random_bytes(random, round);
    std::erase_if(name, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (name.empty()) continue;
    const auto local = to_local(name);
    ASSERT_EQ(from_local(local), name) << local;
    ASSERT_EQ(*prepared_local(local), local);
    ASSERT_TRUE(is_strictly_prepared(Profile::nodeprep, local)) << local;
  }
}

TEST(ToResource, RoundTripsAnyBytesAndIsStrictlyPrepared) {
  std::mt19937 random{5};
  for (int round = 0; round < 20000; ++round) {
    const auto nick = random_bytes(random, round);
    const auto resource = to_resource(nick);
    ASSERT_EQ(from_resource(resource), nick) << resource;
    ASSERT_EQ(*prepared_resource(resource), resource);
    ASSERT_TRUE(is_strictly_prepared(Profile::resourceprep, resource)) << resource;
  }
}

TEST(ToResource, KeepsCaseAndWhatXep0106WouldEscape) {
  EXPECT_EQ(to_resource("O'Hara <x>@y/z \\20"), "O'Hara <x>@y/z \\20");
  EXPECT_EQ(to_resource("\u00C9=41=\x02"), "\u00C9=3d41==02");
  EXPECT_EQ(from_resource("\\20=20"), "\\20 ");
  EXPECT_EQ(to_resource(""), "");
}

}  // namespace
}  // namespace isthmus::xmpp
