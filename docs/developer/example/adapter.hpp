#pragma once
// An adapter in a page: rooms in which an echo says again what was said. docs/developer/adapter.md goes through it.
#include <map>
#include <memory>
#include <set>
#include <string>

#include "config/config.hpp"
#include "gateway/adapter.hpp"
#include "gateway/runtime/runtime.hpp"

namespace isthmus::echo {

/// "" is the gateway, "NAME" a room: a-z, 0-9 and "-", 1 to 64 of them.
class EchoAddressBook final : public AddressBook {
 public:
  EchoAddressBook(AdapterId id, NameTable& names) : id_{id}, names_{names} {}
  Answer<Conversation> parse(std::string_view text) const override;
  std::string text(const Conversation& place) const override { return place.native.str(); }
  Answer<Conversation> person(const Conversation& room, std::string_view name) const override;

 private:
  AdapterId id_;
  NameTable& names_;
};

struct Settings {
  std::string nick;               // of the echo
  std::size_t max_members = 100;  // users in all rooms
};

class EchoAdapter final : public Adapter {
 public:
  EchoAdapter(Runtime& runtime, AdapterId id, Settings settings)
      : runtime_{runtime}, id_{id}, settings_{std::move(settings)}, addresses_{id, runtime.names} {}

  asio::awaitable<void> run() override;
  Outcome deliver(Delivery& delivery) override;
  const AddressBook& addresses() const override { return addresses_; }
  Capabilities capabilities(const Name&, const Conversation&) const override { return {}; }
  std::string_view protocol() const override { return "echo"; }

 private:
  Outcome on_membership(const Event& event, const Change& change);
  Outcome on_message(const Event& event, const Message& message);
  /// Tells the user of `cause`, there.
  void tell(const Event& cause, std::string who, Payload what);

  Runtime& runtime_;
  AdapterId id_;
  Settings settings_;
  EchoAddressBook addresses_;
  std::map<std::string, std::string> members_;  // nicks, by room and user
};

AdapterMaker factory(const config::Section& own, const config::Section& component);
std::unique_ptr<AddressBook> address_book(const config::Section& own, const config::Section& component, AdapterId id,
                                          NameTable& names);

}  // namespace isthmus::echo
