#include "xmpp/errc.hpp"

#include <string>

namespace isthmus::xmpp {
namespace {

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "xmpp"; }
  std::string message(int code) const override {
    switch (static_cast<Errc>(code)) {
      case Errc::empty_part: return "a part of the address is empty";
      case Errc::part_too_long: return "a part of the address is longer than 1023 bytes";
      case Errc::ill_formed_utf8: return "ill-formed UTF-8";
      case Errc::prohibited_character: return "a character that is not allowed there";
      case Errc::not_well_formed: return "not well-formed XML";
    }
    return "unknown error " + std::to_string(code);
  }
};

}  // namespace

boost::system::error_code make_error_code(Errc code) noexcept {
  static const Category category;
  return {static_cast<int>(code), category};
}

}  // namespace isthmus::xmpp
