#pragma once
// Texts of the configuration as values, and values as texts. Pure. For config.cpp alone.
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace isthmus::config {

using Names = std::set<std::string, std::less<>>;

/// A whole number in decimal; nullopt for anything else, also when it does not fit.
std::optional<std::int64_t> parse_integer(std::string_view text);
std::optional<double> parse_number(std::string_view text);
/// Digits and one of ms, s, m, h, d.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// Digits, alone (bytes) or with one of KiB, MiB, GiB.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// As one would write them in the file, in the largest unit that leaves a whole number.
std::string to_text(std::chrono::milliseconds duration);
std::string size_to_text(std::uint64_t bytes);
std::string number_to_text(double number);

/// `text` between quotes for a message: on one line, at most 60 bytes of it.
std::string in_quotes(std::string_view text);
/// `path` with `key` added, the key in quotes where TOML wants them.
std::string dotted(std::string_view path, std::string_view key);

/// `; did you mean "secret"?` when one of `names` is near enough to `word` to be meant, else "".
std::string did_you_mean(std::string_view word, const Names& names);
/// The number of characters to insert, remove, replace or swap with their neighbour to make `a` of `b`.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace isthmus::config
