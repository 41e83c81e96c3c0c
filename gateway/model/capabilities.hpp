#pragma once
// What a foreign side can say in one conversation, beyond a plain message. Two ask: degrade(), and the users' side,
// which tells clients what works.
#include <cstdint>
#include <initializer_list>

namespace isthmus {

enum class Capability : std::uint8_t {
  edit,
  reply,
  reaction,
  retraction,  // of one's own words
  moderation,  // of others'
  typing,
  displayed,
  watch,    // a Watch opens the owner's session, and its receipt is the foreign side's own answer
  values,   // of the gateway itself: places have values, which can be browsed, read, watched and published as such
  speaker,  // in whose name something is said that is passed on from elsewhere (Actor), without words for it
  state,    // how a place is: values from before as what they are, and whether its link is up
};

class Capabilities {
 public:
  constexpr Capabilities() = default;
  constexpr Capabilities(std::initializer_list<Capability> all) {
    for (const Capability one : all) add(one);
  }
  constexpr void add(Capability one) noexcept { bits_ = static_cast<std::uint16_t>(bits_ | bit(one)); }
  constexpr bool has(Capability one) const noexcept { return (bits_ & bit(one)) != 0; }
  friend constexpr bool operator==(const Capabilities&, const Capabilities&) = default;

 private:
  static constexpr std::uint16_t bit(Capability one) noexcept {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(one));
  }
  std::uint16_t bits_ = 0;
};

}  // namespace isthmus
