#pragma once
// What people say, as the children of a <message/>. Pure: values in, bytes out.
#include <string>
#include <string_view>

#include "gateway/model/event.hpp"
#include "xmpp/stanza_writer.hpp"

namespace isthmus::xmpp {

/// How the spans of a text are told.
enum class Spelling : std::uint8_t {
  beside,  // by XEP-0394, the text as it is
  typed,   // as marks of XEP-0393, where those say the same
};

/// Where something is said.
struct Stage {
  std::string_view room{};      // bare address; empty: in no room
  std::string_view actor{};     // display name of who says it
  std::string_view occupant{};  // OccupantIds::Marks of the actor; may be empty
  Spelling spelling = Spelling::beside;
  bool marks_notices = true;  // "[notice] " before them
};

/// The inside of the messages that say one thing, made once and written for each client that hears it:
///   Message    <body/>, <thread/>, <markup/> or <unstyled/>, <reply/> with its quotation as <fallback/>, <payload/>;
///   Edit       the same with <replace/>;
///   Retract    <retract/>, with <moderated/> inside or else with a text for clients that do not know it;
///   Reactions  <reactions/>, all that there are now;
///   Typing     a chat state; Displayed: a marker.
class Content {
 public:
  /// `what` and what `stage` names must stay.
  Content(const Payload& what, const Stage& stage);

  /// True when no message says it: other payloads, and a marker that names nothing.
  bool is_empty() const noexcept { return kind_ == Kind::nothing; }
  /// The room itself says it, not the occupant.
  bool is_by_room() const noexcept { return retract_ != nullptr && retract_->moderated; }
  void write(StanzaWriter& out) const;

 private:
  enum class Kind : std::uint8_t { nothing, text, retract, reactions, typing, displayed };

  void prepare(const Message& message, Spelling spelling);
  std::string_view style_prefix() const;
  /// The code points before the text in its body.
  std::size_t length_before() const;
  void write_text(StanzaWriter& out) const;
  void write_retract(StanzaWriter& out) const;

  Kind kind_ = Kind::nothing;
  bool is_unstyled_ = false;
  bool has_markup_ = false;
  Stage stage_;
  const Payload& what_;
  const Message* message_ = nullptr;
  const Retract* retract_ = nullptr;
  std::string_view text_;  // the message's, or `marked_`
  std::string marked_;
  std::string quotation_;
};

}  // namespace isthmus::xmpp
