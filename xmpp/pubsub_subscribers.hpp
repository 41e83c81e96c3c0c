#pragma once
// Who is subscribed to which node (XEP-0060 §6.1), kept in the store. A node is watched for an owner while any of the
// owner's addresses is subscribed to it.
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/model/name.hpp"
#include "gateway/store/store.hpp"
#include "xmpp/domain.hpp"

namespace isthmus::xmpp {

class PubsubSubscribers {
 public:
  static constexpr std::size_t max_of_one_user = 500;

  /// What is stored, with names from `names`. `store` outlives this.
  PubsubSubscribers(Store& store, NameTable& names);

  /// The owner's addresses that hear of `node` at the domain; empty: none does.
  const std::vector<std::string>& of(const Name& owner, std::string_view domain, std::string_view node) const;
  bool has(const Name& owner, std::string_view domain, std::string_view node, std::string_view jid) const;
  /// False when the owner has too many. One that is there already is no second one.
  bool add(const Name& owner, std::string_view domain, std::string_view node, std::string_view jid);
  /// False when there was none.
  bool remove(const Name& owner, std::string_view domain, std::string_view node, std::string_view jid);
  /// All of the owner's to that node; whether there were any.
  bool remove_all(const Name& owner, std::string_view domain, std::string_view node);
  bool is_full(const Name& owner) const;

  struct Entry {
    Name owner;
    std::string domain;
    std::string node;
    std::vector<std::string> jids;
  };
  /// Those of one owner at that domain, in the order of their nodes; of all when it is empty.
  std::vector<Entry> list(const Name& owner, std::string_view domain) const;
  /// Here; whoever calls tells the store.
  void forget(const Name& owner) { by_owner_.erase(owner); }

 private:
  using Nodes = std::map<std::string, std::vector<std::string>, std::less<>>;  // addresses by "domain node"
  void put(const Name& owner, const std::string& key, const std::vector<std::string>& jids);

  Store& store_;
  boost::unordered_flat_map<Name, Nodes> by_owner_;
};

}  // namespace isthmus::xmpp
