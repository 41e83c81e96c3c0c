#pragma once
// Extended channel search (XEP-0433): its form, what a client searches for, its errors and results. Pure.
#include <string>
#include <string_view>
#include <vector>

#include "xmpp/data_form.hpp"
#include "xmpp/directory_view.hpp"
#include "xmpp/errors.hpp"

namespace isthmus::xmpp {

struct Search {
  DirectoryWish wish;
  bool wants_rooms = true;  // else only channels of kinds that there are none of
};

/// Why a search is refused (§3.2.2).
struct SearchRefusal {
  Refusal why;
  std::string_view condition;              // a literal: the specification's own; may be empty
  std::vector<std::string_view> fields{};  // literals: those that conflict
};
using SearchAnswer = boost::system::result<Search, SearchRefusal>;

/// What the submitted form asks for (§4.1). Fields that are not known are passed over, those that are missing are as in
/// the form that write_search_form() writes.
SearchAnswer read_search(const SubmittedForm& form);

/// The whole answer to who asks for the form.
void write_search_form(StanzaWriter& out, const Reply& reply);
/// The whole answer to who is refused.
void write_search_error(StanzaWriter& out, const Reply& reply, const SearchRefusal& refusal);
/// One item of a <result/>.
void write_search_item(StanzaWriter& out, std::string_view address, const Directory::Entry& room);

}  // namespace isthmus::xmpp
