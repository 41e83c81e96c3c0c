#include "app/import_biboumi.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <charconv>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <utility>

#include "app/biboumi_file.hpp"
#include "app/daemon.hpp"
#include "gateway/store/storage.hpp"
#include "xmpp/jid.hpp"

namespace isthmus::app {
namespace {

using Row = BiboumiFile::Row;

constexpr std::size_t rows_at_once = 5'000;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return text;
}

std::int64_t number_of(const Row& row, std::string_view column) {
  const auto text = text_of(row, column);
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// A line of the archive, and which of the owners have it.
struct Line {
  std::int64_t seconds = 0;
  std::string id;
  std::string nick;
  std::string body;
  std::set<std::size_t> owners;
};

class Import {
 public:
  Import(const Plan& plan, const BiboumiFile& from, Store& store, boost::asio::io_context& loop, std::ostream& out)
      : from_{from}, store_{store}, loop_{loop}, out_{out} {
    for (const auto& component : plan.components) {
      if (component.adapter == "irc") domains_.push_back(component.settings.domain);
    }
  }

  bool run() {
    take_settings();
    take_rooms();
    take_contacts();
    take_archive();
    const bool is_whole = commit();
    out_ << "settings of networks: " << taken_settings_ << "\nsettings of rooms: " << taken_room_settings_
         << "\nrooms to stay in: " << taken_rooms_ << "\ncontacts: " << taken_contacts_
         << "\nlines of the archive: " << taken_lines_ << " (of " << read_lines_
         << "; what several users had is kept once)\n";
    for (const auto& [what, count] : left_) out_ << "not taken: " << what << " (" << count << ")\n";
    if (!is_whole) out_ << "the disk did not take all of it\n";
    return is_whole;
  }

 private:
  void leave_out(const std::string& what, std::size_t count = 1) { left_[what] += count; }

  std::optional<std::string> owner_of(const Row& row) {
    const auto jid = xmpp::parse_jid(text_of(row, "owner_"));
    if (jid && !jid->is_full()) return jid->str();
    leave_out("what belongs to no address of a user");
    return std::nullopt;
  }

  void take_settings() {
    if (!from_.has_table("ircserveroptions_")) return leave_out("settings: there is no table of them", 0);
    from_.read("* FROM ircserveroptions_", {}, [this](const Row& row) {
      const auto owner = owner_of(row);
      const auto network = lower(text_of(row, "server_"));
      if (!owner || network.empty()) return;
      const auto put = [&](std::string key, std::string value, bool is_secret = false) {
        if (value.empty()) return;
        store_.put(Setting{*owner, "irc", network, std::move(key), std::move(value), is_secret});
        ++taken_settings_;
      };
      put("nick", text_of(row, "nick_"));
      put("user_name", text_of(row, "username_"));
      put("real_name", text_of(row, "realname_"));
      put("server_password", text_of(row, "pass_"), true);
      put("sasl_password", text_of(row, "saslpassword_"), true);
      if (!text_of(row, "saslpassword_").empty()) put("sasl", "auto");
      put("commands", commands_of(text_of(row, "id_")));
      put("charset", text_of(row, "encodingin_"));
      for (const auto* column : {"address_", "encodingout_", "trustedfingerprint_"}) {
        if (!text_of(row, column).empty())
          leave_out(std::string{"the column "} + column + " of networks: the operator sets it, in [irc.networks]");
      }
    });
  }

  std::string commands_of(const std::string& network_id) {
    std::string lines;
    if (!from_.has_table("after_connection_commands_")) return lines;
    from_.read("afterconnectioncommand_ AS command FROM after_connection_commands_ WHERE fk_ = ? ORDER BY id_",
               {network_id}, [&](const Row& row) { lines += (lines.empty() ? "" : "\n") + text_of(row, "command"); });
    return lines;
  }

  void take_rooms() {
    std::set<std::string> unrecorded;  // who wants nothing to be kept
    if (from_.has_table("globaloptions_")) {
      from_.read("* FROM globaloptions_", {}, [&](const Row& row) {
        if (number_of(row, "persistent_") != 0) leave_out("the wish to stay in all rooms: set it in each");
        if (text_of(row, "recordhistory_") != "0") return;
        unrecorded.insert(text_of(row, "owner_"));
        leave_out("the wish to keep nothing of rooms that are not in the file: set it in each");
      });
    }
    if (from_.has_table("ircchanneloptions_")) take_room_settings(unrecorded);
    if (from_.has_table("muclogline_")) leave_unrecorded(unrecorded);
  }

  void take_room_settings(const std::set<std::string>& unrecorded) {
    from_.read("* FROM ircchanneloptions_", {}, [&](const Row& row) {
      const auto owner = owner_of(row);
      const auto channel = lower(text_of(row, "channel_"));
      const auto network = lower(text_of(row, "server_"));
      if (!owner || channel.empty() || network.empty()) return;
      if (number_of(row, "persistent_") != 0) stay_in(*owner, channel + "%" + network);
      const auto put = [&](std::string key, std::string value) {
        store_.put(Setting{*owner, "irc", channel + "%" + network, std::move(key), std::move(value), false});
        ++taken_room_settings_;
      };
      // 1 is yes, -1 no, and 0 what the user wants of all rooms.
      const auto record = number_of(row, "recordhistory_");
      if (record < 0 || (record == 0 && unrecorded.contains(text_of(row, "owner_")))) put("record", "false");
      if (auto charset = text_of(row, "encodingin_"); !charset.empty()) put("charset", std::move(charset));
      if (!text_of(row, "encodingout_").empty())
        leave_out("the column encodingout_ of rooms: what is sent is in the charset of what is read");
    });
  }

  /// Rooms without settings, of which the file knows because something was once kept there: what their users want of
  /// all rooms is said for each, since here it is a room's own setting.
  void leave_unrecorded(const std::set<std::string>& unrecorded) {
    const bool has_settings = from_.has_table("ircchanneloptions_");
    for (const auto& user : unrecorded) {
      from_.read(
          std::string{
              "DISTINCT owner_, lower(ircchanname_) AS channel, lower(ircservername_) AS network FROM muclogline_ "
              "WHERE owner_ = ? "} +
              (has_settings ? "AND NOT EXISTS (SELECT 1 FROM ircchanneloptions_ AS known WHERE known.owner_ = "
                              "muclogline_.owner_ AND lower(known.channel_) = lower(ircchanname_) AND "
                              "lower(known.server_) = lower(ircservername_))"
                            : ""),
          {user}, [this](const Row& row) {
            const auto owner = owner_of(row);
            if (!owner) return;
            const auto room = text_of(row, "channel") + "%" + text_of(row, "network");
            store_.put(Setting{*owner, "irc", room, "record", "false", false});
            ++taken_room_settings_;
          });
    }
  }

  void stay_in(const std::string& owner, const std::string& place) {
    if (domains_.empty()) return leave_out("rooms to stay in: no component is an irc one");
    const auto room = xmpp::to_local(place) + "@" + domains_.front();
    store_.put(Setting{owner, "xmpp", room, "persistent_nick", owner.substr(0, owner.find('@')), false});
    ++taken_rooms_;
  }

  void take_contacts() {
    if (!from_.has_table("roster")) return;
    from_.read("local, remote FROM roster", {}, [this](const Row& row) {
      const auto owner = xmpp::parse_jid(text_of(row, "remote"));
      const auto address = xmpp::parse_jid(text_of(row, "local"));
      const bool is_ours = address && std::ranges::find(domains_, address->domain()) != domains_.end();
      if (!owner || !is_ours) return leave_out("contacts at domains that no irc component has");
      store_.put(StoredSubscription{std::string{owner->bare()}, address->str()});
      ++taken_contacts_;
    });
  }

  void take_archive() {
    if (!from_.has_table("muclogline_")) return leave_out("archive: there is no table of it", 0);
    std::vector<std::array<std::string, 2>> rooms;
    from_.read("DISTINCT ircchanname_ AS channel, ircservername_ AS network FROM muclogline_", {},
               [&](const Row& row) { rooms.push_back({text_of(row, "channel"), text_of(row, "network")}); });
    for (const auto& [channel, network] : rooms) take_room(channel, network);
  }

  /// Each of biboumi's users has lines of their own. The same line of several is one.
  void take_room(const std::string& channel, const std::string& network) {
    using Said = std::array<std::string, 3>;  // when, by whom, what
    std::vector<std::string> owners;
    std::vector<Line> lines;
    std::map<Said, std::vector<std::size_t>> known;
    from_.read(
        "uuid_, owner_, date_, body_, nick_ FROM muclogline_ WHERE ircchanname_ = ? AND ircservername_ = ? "
        "ORDER BY date_, id_",
        {channel, network}, [&](const Row& row) {
          ++read_lines_;
          const auto owner = owner_of(row);
          if (!owner) return;
          auto whose = static_cast<std::size_t>(std::ranges::find(owners, *owner) - owners.begin());
          if (whose == owners.size()) owners.push_back(*owner);
          auto& same = known[{text_of(row, "date_"), text_of(row, "nick_"), text_of(row, "body_")}];
          const auto found =
              std::ranges::find_if(same, [&](std::size_t at) { return !lines[at].owners.contains(whose); });
          if (found != same.end()) {
            lines[*found].owners.insert(whose);
            return;
          }
          same.push_back(lines.size());
          lines.push_back(
              {number_of(row, "date_"), text_of(row, "uuid_"), text_of(row, "nick_"), text_of(row, "body_"), {whose}});
        });
    const auto place = std::make_shared<const ArchivePlace>(
        ArchivePlace{.owner = {}, .adapter = "irc", .network = lower(network), .native = lower(channel)});
    write(place, lines, owners);
  }

  void write(const ArchivePlacePtr& place, const std::vector<Line>& lines, const std::vector<std::string>& owners) {
    std::vector<Position> positions;
    Position last = 0;
    for (const auto& line : lines) {
      last = std::max(position_at(SystemTime{std::chrono::seconds{line.seconds}}), last + 1);
      positions.push_back(last);
    }
    ArchiveBatch batch;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].id.empty()) {
        leave_out("lines of the archive without an id");
        continue;
      }
      ArchiveRow row;
      row.place = place;
      row.position = positions[i];
      row.ref = lines[i].id;
      row.sender = lines[i].nick;
      row.said = said_by(lines[i].body);
      batch.rows.push_back(std::move(row));
      ++taken_lines_;
      if (batch.rows.size() < rows_at_once) continue;
      store_.add(std::exchange(batch, {}));
      commit();
    }
    store_.add(std::exchange(batch, {}));
    for (std::size_t owner = 0; owner < owners.size(); ++owner) write_visits(place, lines, positions, owners, owner);
  }

  /// An owner was there from one of their lines to the next, as long as nobody has a line in between that they have
  /// not.
  void write_visits(const ArchivePlacePtr& place, const std::vector<Line>& lines,
                    const std::vector<Position>& positions, const std::vector<std::string>& owners, std::size_t owner) {
    ArchiveBatch batch;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (!lines[i].owners.contains(owner)) continue;
      const std::size_t first = i;
      while (i + 1 < lines.size() && lines[i + 1].owners.contains(owner)) ++i;
      batch.ended.push_back({place, owners[owner], positions[first], positions[i], {}});
    }
    store_.add(std::move(batch));
  }

  static SaidRecord said_by(std::string body) {
    Message message{Style::normal, std::move(body)};
    if (message.text.starts_with("/me ")) {
      message.style = Style::action;
      message.text.erase(0, 4);
    }
    return *to_record(message);
  }

  /// Waits until all of it is on disk.
  bool commit() {
    std::optional<bool> is_whole;
    store_.when_committed([&](bool whole) { is_whole = whole; });
    while (!is_whole) loop_.run_one();
    return *is_whole;
  }

  const BiboumiFile& from_;
  Store& store_;
  boost::asio::io_context& loop_;
  std::ostream& out_;
  std::vector<std::string> domains_;  // of the irc components
  std::size_t taken_settings_ = 0;
  std::size_t taken_room_settings_ = 0;
  std::size_t taken_rooms_ = 0;
  std::size_t taken_contacts_ = 0;
  std::size_t taken_lines_ = 0;
  std::size_t read_lines_ = 0;
  std::map<std::string, std::size_t> left_;  // how often, by what
};

}  // namespace

int import_biboumi(const Plan& plan, const std::string& file, std::ostream& out) {
  boost::asio::io_context loop{1};
  const auto waiting = boost::asio::make_work_guard(loop);
  try {
    const BiboumiFile from{file};
    const auto store = open_storage(plan.storage, loop.get_executor(),
                                    [&out](const std::string& text) { out << "storage: " << text << "\n"; });
    if (store.has_error()) {
      out << store.error() << "\n";
      return bad_storage;
    }
    return Import{plan, from, **store, loop, out}.run() ? clean : bad_storage;
  } catch (const BiboumiFile::Failed& failure) {
    out << file << " cannot be read: " << failure.what() << "\n";
    return 1;
  }
}

}  // namespace isthmus::app
