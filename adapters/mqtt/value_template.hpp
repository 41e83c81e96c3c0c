#pragma once
// The part of Home Assistant's templates (Jinja2) that discovered devices mostly use: text with places {{ … }} for the
// payload, a member of it as JSON, and a few filters. Pure; never evaluates anything else.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace isthmus::mqtt {

class ValueTemplate {
 public:
  /// nullopt for what is not understood. An empty text is {{ value }}.
  static std::optional<ValueTemplate> parse(std::string_view text);

  /// nullopt when a member that it names is not there, or the payload is no JSON where it should be.
  std::optional<std::string> render(std::string_view payload) const;

 private:
  using Step = std::variant<std::string, std::size_t>;  // a member, an element
  struct Filter {
    enum class Kind { round, to_int, to_float, otherwise, upper, lower };
    Kind kind{};
    int digits = 0;
    std::string text{};
  };
  struct Part {
    std::string literal;  // before the place
    bool has_place = false;
    bool is_json = false;
    std::vector<Step> path{};
    std::vector<Filter> filters{};
  };

  static bool parse_place(std::string_view text, Part& part);
  static bool parse_path(std::string_view& text, Part& part);
  static bool parse_filter(std::string_view text, Part& part);
  static std::optional<std::string> apply(const Filter& filter, std::optional<std::string> value);
  static std::optional<std::string> value_of(const Part& part, std::string_view payload);

  std::vector<Part> parts_;
};

}  // namespace isthmus::mqtt
