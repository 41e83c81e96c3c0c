#pragma once
// JSON as it comes from strangers, and as people like to read it. Pure.
#include <boost/json/value.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "gateway/result.hpp"

namespace isthmus {

/// Strict JSON (RFC 8259) of at most `depth` levels and nothing after it; numbers that are not finite are refused.
Result<boost::json::value> parse_json(std::string_view text, std::size_t depth = 32);

/// `value` without white space; a number in its shortest form that reads back as the same one: 21.5, not 2.15E1.
/// Members keep their order. `value` is UTF-8.
void append_json(std::string& out, const boost::json::value& value);
std::string to_json(const boost::json::value& value);

/// `text`, UTF-8, as a JSON string with its quotes. Besides what must be escaped also U+2028 and U+2029 are, which
/// would end a line of JavaScript.
void append_json_string(std::string& out, std::string_view text);

}  // namespace isthmus
