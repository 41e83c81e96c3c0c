#pragma once
// Archives of rooms and of people, as clients ask for them by <iq/> (XEP-0313): pages, the form of a query, what there
// is. Every request is answered exactly once, unless the stream is lost before the answer is there.
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <string>

#include "gateway/adapter.hpp"
#include "xmpp/archive_form.hpp"
#include "xmpp/context.hpp"
#include "xmpp/errors.hpp"
#include "xmpp/incoming.hpp"

namespace isthmus::xmpp {

class ArchiveQueries {
 public:
  /// Queries of one user that may be open at once; one more is refused (resource-constraint).
  static constexpr std::size_t max_open = 8;

  explicit ArchiveQueries(const Context& context) : context_{context} {}

  /// A request to `place`. False, and nothing done, when it does not concern an archive.
  bool on_request(const Incoming& in, const Name& owner, const Conversation& place);

 private:
  /// Who asked, and where.
  struct Asked {
    const Domain* domain;
    Name owner;
    Conversation place;
    std::string client;
    std::string address;
    std::string id;
    Reply reply() const { return {address, client, id}; }
  };

  void on_query(Asked asked, const Incoming& in, pugi::xml_node query);
  void on_metadata(Asked asked);
  void answer_page(const Asked& asked, const ArchiveWish& wish, const ArchivePage& page);
  void answer_metadata(const Asked& asked, const ArchivePage& oldest, const ArchivePage& newest);
  void write_row(const Asked& asked, std::string_view query_id, const Archived& row);
  /// Asks the store, and gives what it finds to `answer`; a refusal is passed on.
  void ask(const Asked& asked, const ArchiveQuery& query, std::function<void(const ArchivePage&)> answer);
  void refuse(const Asked& asked, const Refusal& why);

  const Context& context_;
  boost::unordered_flat_map<Name, std::size_t> open_;
};

}  // namespace isthmus::xmpp
