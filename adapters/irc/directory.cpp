#include "adapters/irc/directory.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "adapters/irc/bytes.hpp"
#include "adapters/irc/charset.hpp"
#include "adapters/irc/nick.hpp"
#include "adapters/irc/numerics.hpp"
#include "adapters/irc/replies.hpp"
#include "adapters/irc/timing.hpp"

namespace isthmus::irc {

namespace {

constexpr std::size_t max_waiting = 100;

ReadDirectory& directory_of(Event& event) { return std::get<ReadDirectory>(std::get<Request>(event.what).what); }
ReadSettings& settings_of(Event& event) { return std::get<ReadSettings>(std::get<Request>(event.what).what); }

/// "[+nt] stars" → "stars".
std::string_view without_modes(std::string_view topic) noexcept {
  if (!topic.starts_with("[+")) return topic;
  const std::size_t end = topic.find(']');
  if (end == std::string_view::npos) return topic;
  const bool are_modes = std::ranges::all_of(topic.substr(2, end - 2), [](char c) {
    return is_ascii_letter(c) || is_ascii_digit(c) || c == ' ' || c == ':' || c == '*' || c == '#';
  });
  if (!are_modes) return topic;
  topic.remove_prefix(end + 1);
  return topic.substr(std::min(topic.find_first_not_of(' '), topic.size()));
}

}  // namespace

std::optional<Directory::Entry> parse_list_item(const Line& line) {
  if (line.count < 3 || !is_channel_name(line.param(1))) return std::nullopt;
  Directory::Entry entry;
  std::string buffer;
  entry.name = to_utf8(line.param(1), buffer);
  std::ranges::transform(entry.name, entry.name.begin(), ascii_lower);
  const std::string_view members = line.param(2);
  std::from_chars(members.data(), members.data() + members.size(), entry.members);
  if (line.count > 3) entry.subject = without_modes(plain_text(line.last(), buffer));
  return entry;
}

bool DirectoryReader::add(Directory::Entry entry) {
  const std::size_t bytes = entry.name.size() + entry.subject.size();
  if (rooms_.size() >= max_rooms || bytes_ + bytes > max_bytes) {
    is_cut_ = true;
    return false;
  }
  bytes_ += bytes;
  rooms_.push_back(std::move(entry));
  return true;
}

std::shared_ptr<const Directory> DirectoryReader::finish(SystemTime at) {
  // Some servers tell a channel twice; the one with more members counts.
  std::ranges::sort(rooms_, [](const Directory::Entry& a, const Directory::Entry& b) {
    return std::tie(a.name, a.members) < std::tie(b.name, b.members);
  });
  std::vector<Directory::Entry> rooms;
  rooms.reserve(rooms_.size());
  for (Directory::Entry& room : rooms_) {
    if (!rooms.empty() && rooms.back().name == room.name)
      rooms.back() = std::move(room);
    else
      rooms.push_back(std::move(room));
  }
  *this = {};
  return std::make_shared<const Directory>(Directory{at, std::move(rooms)});
}

Outcome DirectoryRequests::ask(const SessionView& view, EventPtr& event) {
  if (kept_ != nullptr && view.now < kept_until_) {
    directory_of(*event).found = kept_;
    return Accepted{};
  }
  if (waiting_.size() >= max_waiting) return Rejected{too_much_asked()};
  waiting_.push_back(std::move(event));
  start(view);
  return Pending{};
}

void DirectoryRequests::complete(const SessionView& view, HalfRead half) {
  if (halves_.size() >= max_waiting) return view.host.failed(std::move(half.event), too_much_asked());
  halves_.push_back(std::move(half));
  start(view);
}

void DirectoryRequests::start(const SessionView& view) {
  while (under_way_ == UnderWay::none && !(halves_.empty() && waiting_.empty())) {
    // Those for one channel first: they are short.
    const bool for_one = !halves_.empty();
    under_way_ = for_one ? UnderWay::one : UnderWay::whole;
    const auto sent = for_one ? view.send("LIST", {halves_.front().event->about.conversation.native.view()})
                              : view.send("LIST", std::initializer_list<std::string_view>{});
    if (sent) {
      due_ = *sent + answer_timeout;
    } else {
      fail_current(view, no_line());
    }
  }
}

bool DirectoryRequests::on_reply(const SessionView& view, const Line& line) {
  if (under_way_ == UnderWay::none) return false;
  switch (line.numeric) {
    case RPL_LISTSTART: return true;
    case RPL_LIST: return on_item(view, line);
    case RPL_LISTEND: return on_end(view);
    default: return (is_error(line.numeric) || line.command == "FAIL") && on_refusal(view, line);
  }
}

bool DirectoryRequests::on_item(const SessionView& view, const Line& line) {
  due_ = view.now + answer_timeout;
  auto entry = parse_list_item(line);
  if (!entry) return true;
  if (under_way_ == UnderWay::whole) {
    if (!reader_.add(std::move(*entry))) view.host.count("irc_directory_rooms_dropped", "too_many");
  } else if (view.is_same(line.param(1), halves_.front().event->about.conversation.native.view())) {
    one_ = std::move(*entry);
  }
  return true;
}

bool DirectoryRequests::on_end(const SessionView& view) {
  if (std::exchange(under_way_, UnderWay::none) == UnderWay::one) {
    answer_half(view);
  } else {
    if (reader_.is_cut()) view.host.log("the list of channels was cut");
    kept_ = reader_.finish(view.host.wall_clock());
    kept_until_ = view.now + kept_for;
    for (EventPtr& event : std::exchange(waiting_, {})) {
      directory_of(*event).found = kept_;
      view.host.confirmed(std::move(event));
    }
  }
  due_ = never;
  start(view);
  return true;
}

void DirectoryRequests::answer_half(const SessionView& view) {
  HalfRead half = std::move(halves_.front());
  halves_.erase(halves_.begin());
  const auto entry = std::exchange(one_, std::nullopt);
  if (!entry && half.why) return view.host.failed(std::move(half.event), *half.why);
  ReadSettings& settings = settings_of(*half.event);
  if (entry) {
    settings.members = entry->members;
    settings.subject = RoomInfo::Subject{entry->subject, {}, {}};
    if (settings.name.empty()) settings.name = entry->name;
  }
  view.host.confirmed(std::move(half.event));
}

bool DirectoryRequests::on_refusal(const SessionView& view, const Line& line) {
  // 263 and 421 name the command; 416 and 521 are about LIST alone.
  const bool named = equals_ignoring_case(line.param(line.command == "FAIL" ? 0 : 1), "LIST");
  if (!named && line.numeric != ERR_TOOMANYMATCHES && line.numeric != ERR_LISTSYNTAX) return false;
  if (under_way_ == UnderWay::one) {
    on_end(view);  // without an item: what is known otherwise is the answer
    return true;
  }
  fail_current(view, refusal(line, Asked::command).value_or(no_line()));
  start(view);
  return true;
}

void DirectoryRequests::fail_current(const SessionView& view, const Refusal& why) {
  if (std::exchange(under_way_, UnderWay::none) == UnderWay::one) {
    one_.reset();
    answer_half(view);  // with what is known otherwise
  } else {
    for (EventPtr& event : std::exchange(waiting_, {})) view.host.failed(std::move(event), why);
    reader_ = {};
  }
  due_ = never;
}

void DirectoryRequests::fail_all(const SessionView& view, const Refusal& why) {
  for (EventPtr& event : std::exchange(waiting_, {})) view.host.failed(std::move(event), why);
  for (HalfRead& half : std::exchange(halves_, {})) {
    settings_of(*half.event) = {};
    view.host.failed(std::move(half.event), why);
  }
  under_way_ = UnderWay::none;
  due_ = never;
  one_.reset();
  reader_ = {};
}

void DirectoryRequests::on_tick(const SessionView& view) {
  if (kept_ != nullptr && view.now >= kept_until_) kept_.reset();
  if (view.now < due_) return;
  view.host.count("irc_requests_failed", "timeout");
  fail_current(view, timed_out());
  start(view);
}

SteadyTime DirectoryRequests::next_due() const noexcept {
  return kept_ != nullptr ? std::min(due_, kept_until_) : due_;
}

}  // namespace isthmus::irc
