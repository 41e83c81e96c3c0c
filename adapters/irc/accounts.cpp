#include "adapters/irc/accounts.hpp"

#include <cassert>
#include <utility>

namespace isthmus::irc {
namespace {

constexpr std::string_view adapter_name = "irc";

}  // namespace

Accounts::Accounts(Store& store, NameTable& names) : store_{store} {
  boost::unordered_flat_map<Key, Account> read;
  for (const Setting& stored : store.settings())
    if (stored.adapter == adapter_name)
      take_stored(read[Key{names.intern(stored.owner), names.intern(stored.place)}], stored.key, stored.value);
  for (auto& [key, account] : read)
    if (account != Account{}) accounts_.emplace(key, std::make_shared<const Account>(std::move(account)));
}

std::shared_ptr<const Account> Accounts::of(const Name& owner, const Name& network) const {
  const auto found = accounts_.find(Key{owner, network});
  return found == accounts_.end() ? no_account() : found->second;
}

void Accounts::set(const Name& owner, const Name& network, Account account) {
  const auto before = to_stored(*of(owner, network));
  const auto now = to_stored(account);
  assert(before.size() == now.size());
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (now[i].value == before[i].value) continue;
    store_.put(Setting{owner.str(), std::string{adapter_name}, network.str(), std::string{now[i].key}, now[i].value,
                       now[i].is_secret});
  }
  const Key key{owner, network};
  refused_.erase(key);
  if (account == Account{}) {
    accounts_.erase(key);
  } else {
    accounts_.insert_or_assign(key, std::make_shared<const Account>(std::move(account)));
  }
}

void Accounts::forget(const Name& owner) {
  const auto is_theirs = [&](const auto& item) { return item.first.owner == owner; };
  boost::unordered::erase_if(accounts_, is_theirs);
  boost::unordered::erase_if(refused_, is_theirs);
}

void Accounts::refuse(const Name& owner, const Name& network, Refusal why) {
  refused_.insert_or_assign(Key{owner, network}, std::move(why));
}

std::optional<Refusal> Accounts::refusal(const Name& owner, const Name& network) const {
  const auto found = refused_.find(Key{owner, network});
  return found == refused_.end() ? std::nullopt : std::optional{found->second};
}

}  // namespace isthmus::irc
