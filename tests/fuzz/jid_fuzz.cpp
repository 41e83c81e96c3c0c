// Any bytes as an address and as a foreign name: what is prepared stays as it is when prepared again, and every escape
// is read back.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "xmpp/jid.hpp"

namespace {

using namespace isthmus::xmpp;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_address(const std::string& text) {
  const auto jid = parse_jid(text);
  if (!jid) return;
  require(jid->local().empty() || *prepared_local(jid->local()) == jid->local());
  require(*prepared_domain(jid->domain()) == jid->domain());
  require(!jid->is_full() || *prepared_resource(jid->resource()) == jid->resource());
  const auto again = parse_jid(jid->str());
  require(again && *again == *jid && again->local() == jid->local() && again->domain() == jid->domain());
}

void check_nick(const std::string& nick) {
  const auto resource = to_resource(nick);
  require(from_resource(resource) == nick);
  const auto prepared = prepared_resource(resource);
  require(resource.empty() || resource.size() > 1023 || (prepared && *prepared == resource));
}

void check_name(std::string name) {
  std::erase_if(name, [](char c) { return c >= 'A' && c <= 'Z'; });
  const auto local = to_local(name);
  require(from_local(local) == name);
  const auto prepared = prepared_local(local);
  require(local.empty() || local.size() > 1023 || (prepared && *prepared == local));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{data, data + size};
  check_address(text);
  check_nick(text);
  check_name(text);
  return 0;
}
