#pragma once
// Questions of clients that the foreign side answers: an <iq/> becomes a Request event, and the receipt of that event
// becomes the answer. Of rooms, networks and persons alike. Each <iq/> is answered exactly once, unless the stream that
// it came on is lost before the answer is there.
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "gateway/adapter.hpp"
#include "xmpp/context.hpp"
#include "xmpp/errors.hpp"
#include "xmpp/incoming.hpp"

namespace isthmus::xmpp {

class Requests {
 public:
  /// Questions of one user that may be open at once; one more is refused (resource-constraint).
  static constexpr std::size_t max_open = 32;

  /// Writes the whole answer stanza from `answered`, which is of the kind that was asked: begins with open_result(), or
  /// is one write_error() where the answer is nothing that the client can be told. It outlives the stanza that asked,
  /// so it may hold values only.
  using Render = std::function<void(StanzaWriter& out, const Reply& reply, const Request::Question& answered)>;

  /// For what needs more than one question: looks at the answer, and gives the next question, of the same place, or
  /// nullopt when `render` is to answer.
  using Next = std::function<Answer<std::optional<Request::Question>>(const Request::Question& answered)>;
  /// Writes the whole answer stanza where the foreign side refused, instead of the error.
  using Otherwise = std::function<void(StanzaWriter& out, const Reply& reply, const Refusal& why)>;
  struct Detours {
    Next next;            // after the first answer; may be empty
    Otherwise otherwise;  // may be empty
  };

  explicit Requests(const Context& context) : context_{context} {}

  /// Asks `question` of `place` for the <iq/> `in`, which nobody else may answer from now on. The answer comes from
  /// the address that the <iq/> was sent to; a refusal is answered as a stanza error, without `render`.
  void ask(const Incoming& in, const Name& owner, const Conversation& place, Request::Question question, Render render,
           Detours detours = {});

  /// The receipt for what ask() emitted; false: nobody waits for it.
  bool deliver(const Event& event, const Receipt& receipt);

  /// The domain's stream was lost, and with it whoever waited for answers on it.
  void forget(const Domain& domain);

 private:
  struct Open {
    const Domain* domain;
    Name owner;
    std::string client;
    std::string address;  // that was asked
    std::string id;
    Render render;
    Detours detours;
  };
  void emit(const Conversation& place, Request::Question question, Open open);
  void close(const Name& owner);
  /// Writes one stanza to whoever asked.
  void reply(const Open& open, const std::function<void(StanzaWriter& out, const Reply& to)>& write);
  void refuse(const Domain& domain, const Reply& reply, const Refusal& why);

  const Context& context_;
  std::map<EventId, Open> open_;
  boost::unordered_flat_map<Name, std::size_t> count_;  // of open_, by owner
};

}  // namespace isthmus::xmpp
