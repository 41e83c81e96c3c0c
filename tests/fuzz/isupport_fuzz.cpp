// Whatever a server says of itself, in any number of 005: what is kept of it is within its limits, and all that depends
// on it can be asked.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/irc/channel.hpp"
#include "adapters/irc/channel_modes.hpp"
#include "adapters/irc/isupport.hpp"
#include "adapters/irc/line.hpp"
#include "adapters/irc/splitter.hpp"

namespace {

using namespace isthmus::irc;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const Isupport& isupport) {
  require(isupport.line_length >= default_line_length && isupport.line_length <= max_incoming_line);
  require(isupport.nick_length >= 1 && isupport.nick_length <= 512);
  require(isupport.prefix_modes.size() == isupport.prefix_symbols.size());
  for (const std::string* text :
       {&isupport.channel_types, &isupport.prefix_modes, &isupport.list_modes, &isupport.setting_modes,
        &isupport.limit_modes, &isupport.flag_modes, &isupport.status_message, &isupport.network,
        &isupport.target_limits, &isupport.denied_tags})
    require(text->size() <= 255);
  for (std::size_t rank = 0; rank < isupport.prefix_modes.size(); ++rank) {
    require(isupport.rank_of_mode(isupport.prefix_modes[rank]) <= rank);
    require(isupport.rank_of_symbol(isupport.prefix_symbols[rank]) <= rank);
  }
  (void)standing(isupport, 0xFFFF, true);
  require(privileges(isupport, 0xFFFF, true).size() <= 17);
  (void)isupport.targets("PRIVMSG");
  (void)isupport.allows_tag("typing");
  const PrefixLength own{.nick = isupport.nick_length, .user = isupport.user_length, .host = isupport.host_length};
  require(text_budget(own, "PRIVMSG", "#c", 0, isupport.line_length) >= min_text_budget);
}

void use(const Isupport& isupport, const Line& line) {
  std::string folded;
  const std::string_view target = isupport.channel_of(line.param(0));
  require(target.size() <= line.param(0).size());
  require(fold(isupport.casemapping, target, folded).size() == target.size());
  const NamesItem item = parse_names_item(isupport, line.last());
  require(item.symbols.size() + item.nick.size() <= line.last().size());
  std::vector<ModeChange> changes;
  parse_modes(isupport, line.parameters(), changes);
  ChannelModes modes;
  for (const ModeChange& change : changes) modes.apply(change);
  (void)to_settings(modes, "key");
  (void)to_text(changes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes{reinterpret_cast<const char*>(data), size};
  Isupport isupport;
  while (!bytes.empty()) {
    const std::string text{bytes.substr(0, bytes.find('\n'))};
    bytes.remove_prefix(std::min(bytes.size(), text.size() + 1));
    const auto line = parse_line(text);
    if (!line) continue;
    isupport.add(*line);
    check(isupport);
    use(isupport, *line);
  }
  return 0;
}
