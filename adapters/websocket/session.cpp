#include "adapters/websocket/session.hpp"

#include <algorithm>
#include <utility>

#include "adapters/websocket/topic.hpp"
#include "gateway/model/json.hpp"
#include "gateway/version.hpp"

namespace isthmus::websocket {

namespace {

namespace json = boost::json;

constexpr std::uint32_t most_refused = 40;  // frames in a row; one more closes the connection

json::object to_cloudevent(json::object frame, const Instance& instance, const std::string& id) {
  const std::string type{frame.at("t").as_string()};
  frame.erase("t");
  return {{"specversion", "1.0"},
          {"id", id},
          {"source", instance.source},
          {"type", "org.isthmus." + type + ".v1"},
          {"datacontenttype", "application/json"},
          {"data", std::move(frame)}};
}

}  // namespace

Session::Session(Hub& hub, Output& output, Gate& gate, SessionSettings settings, TokenPtr token)
    : Consumer{hub, output, std::move(token)},
      gate_{gate},
      settings_{std::move(settings)},
      frames_{settings_.burst, settings_.rate} {}

std::string Session::wanted_nick() const {
  if (!settings_.name.empty()) return settings_.name;
  return token() ? token()->name : std::string{};
}

void Session::begin(TokenBucket::Time) {
  hello();
  if (is_ready()) greet();
}

void Session::hello() {
  json::object frame{{"t", "hello"}, {"v", 1}, {"server", "isthmus/" + std::string{version}}};
  frame["session"] = settings_.session_id;
  frame["cursor"] = to_cursor(hub().instance(), hub().history().last());
  frame["limits"] =
      json::object{{"frame", settings_.max_frame}, {"rate", settings_.rate}, {"subs", settings_.max_subscriptions}};
  frame["auth"] = is_ready() ? "ok" : "needed";
  if (is_ready()) {
    frame["name"] = wanted_nick();
    frame["read"] = json::array(token()->read.begin(), token()->read.end());
    frame["send"] = json::array(token()->send.begin(), token()->send.end());
  }
  tell(std::move(frame));
}

void Session::greet() {
  // What has no frames to subscribe with gets all that its token may read.
  if (settings_.topics.empty() && settings_.format != Format::native) settings_.topics = token()->read;
  if (settings_.topics.empty()) return;
  for (const auto& topic : settings_.topics) {
    if (!token()->may_read(topic)) return close(close_forbidden, "The token may not read " + topic + ".");
  }
  go_on(settings_.start);
  if (settings_.is_strict && !check_strictly(settings_.start)) return;
  subscribe({.id = {},
             .patterns = settings_.topics,
             .policy = settings_.policy.value_or(Policy::coalesce),
             .rate = settings_.value_rate},
            settings_.start);
  gate_.on_subscribed(*this);
}

bool Session::check_strictly(const Start& start) {
  if (!start.cursor || hub().history().is_whole_after(*start.cursor)) return true;
  close(close_cursor_gone, "Not all that came after the cursor is known any more.");
  return false;
}

void Session::tell(json::object frame) {
  if (closing_ || settings_.format == Format::flat || settings_.format == Format::bridge) return;
  if (settings_.format == Format::cloudevents) {
    if (frame.at("t") == "hello" || frame.at("t") == "ok") return;
    const std::string id = settings_.session_id + "-" + std::to_string(++told_);
    frame = to_cloudevent(std::move(frame), hub().instance(), id);
  }
  if (!output().add(to_json(frame))) give_up();
  wake();
}

void Session::tell_privately(const Record& record) {
  auto own = std::make_shared<Record>(record);
  own->members["private"] = true;
  if (!output().add(own, Policy::drop_oldest)) give_up();
  wake();
}

void Session::close(std::uint16_t code, std::string reason) {
  if (closing_) return;
  closing_ = Closing{code, std::move(reason)};
  wake();
}

void Session::refuse(const Problem& problem, std::string_view id) {
  tell(error_frame(problem, id));
  if (++refused_ > most_refused) close(close_bad_frame, "Too many frames in a row were refused.");
}

bool Session::admit(TokenBucket::Time now) {
  if (frames_.take(now)) return true;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(frames_.ready_at(now) - now);
  json::object frame = error_frame({"rate-limited", "Too many frames; wait a moment."}, {});
  frame["retry_ms"] = wait.count();
  tell(std::move(frame));
  if (++refused_ > most_refused) close(close_slow, "Too many frames.");
  return false;
}

void Session::on_text(std::string_view text, TokenBucket::Time now) {
  if (closing_ || !admit(now)) return;
  const auto frame = parse_frame(text, settings_.format);
  if (!frame) return refuse(frame.error().problem, frame.error().id);
  const bool may_come_first = std::holds_alternative<AuthFrame>(*frame) || std::holds_alternative<PingFrame>(*frame);
  if (!is_ready() && !may_come_first) {
    refuse({"unauthorised", "The first frame must be auth."}, {});
    return close(close_unauthorised, "The first frame must be auth.");
  }
  const auto refused = refused_;
  std::visit([this](const auto& one) { handle(one); }, *frame);
  if (refused_ == refused) refused_ = 0;
}

void Session::on_binary() { close(close_not_text, "Frames are texts."); }

void Session::on_auth_timeout() {
  if (!is_ready()) close(close_auth_timeout, "No auth frame came in time.");
}

void Session::handle(const AuthFrame& frame) {
  auto token = gate_.authenticate(frame.token, settings_.peer);
  if (!token) {
    refuse(token.error(), {});
    return close(close_unauthorised, token.error().text);
  }
  const bool is_first = !is_ready();
  set_token(*std::move(token));
  if (!is_first) return;  // a newer token for the same client: its subscriptions stay
  hello();
  greet();
}

void Session::handle(const SubFrame& frame) {
  for (const auto& topic : frame.topics) {
    if (!token()->may_read(topic)) return refuse({"forbidden", "The token may not read " + topic + "."}, frame.id);
  }
  const bool is_known = std::ranges::find(subscriptions(), frame.id, &Subscription::id) != subscriptions().end();
  if (!is_known && subscriptions().size() >= settings_.max_subscriptions)
    return refuse({"rate-limited", "There may be " + std::to_string(settings_.max_subscriptions) + " subscriptions."},
                  frame.id);
  Start start{.cursor = {}, .history = frame.history};
  if (frame.cursor) {
    start.cursor = parse_cursor(hub().instance(), *frame.cursor);
    if (!start.cursor) return refuse({"bad-frame", "cursor is none of ours."}, frame.id);
  }
  go_on(start);
  if (frame.is_strict && !check_strictly(start)) return;
  const auto values = hub().history().values([&](const Record& record) {
    return std::ranges::any_of(frame.topics, [&](const auto& topic) { return matches(topic, record.from); });
  });
  tell({{"t", "ok"}, {"id", frame.id}, {"matched", values.size()}});
  const auto policy = frame.policy.value_or(settings_.policy.value_or(Policy::coalesce));
  const auto rate = frame.rate.value_or(settings_.value_rate);
  subscribe({.id = frame.id, .patterns = frame.topics, .policy = policy, .rate = rate}, start);
  gate_.on_subscribed(*this);
}

void Session::handle(const UnsubFrame& frame) {
  if (!unsubscribe(frame.id)) return refuse({"not-found", "There is no such subscription."}, frame.id);
  tell({{"t", "ok"}, {"id", frame.id}});
  gate_.on_subscribed(*this);
}

void Session::handle(const PingFrame& frame) { tell({{"t", "pong"}, {"ts", frame.ts}}); }

void Session::handle(const AckFrame& frame) {
  const auto cursor = parse_cursor(hub().instance(), frame.cursor);
  if (!cursor) return refuse({"bad-frame", "cursor is none of ours."}, {});
  if (!settings_.client.empty()) gate_.set_read_by(*this, std::min(cursor->seq, hub().history().last()));
}

void Session::go_on(Start& start) const {
  if (start.cursor || start.history > 0 || settings_.client.empty()) return;
  if (const auto place = gate_.read_by(*this); place > 0) start.cursor = Cursor{place};
}

void Session::handle(const Say& say) {
  if (!token()->may_send(say.to)) return refuse({"forbidden", "The token may not send to " + say.to + "."}, say.id);
  if (say.receipt.value_or(false) && say.id.empty())
    return refuse({"bad-frame", "receipt needs an id that it can name"}, {});
  const auto said = gate_.say(*this, say);
  if (!said) return refuse(said.error(), say.id);
  if (!say.wants_receipt()) return;
  json::object receipt = receipt_frame(say.id, "accepted");
  if (!said->empty()) receipt["message"] = *said;
  tell(std::move(receipt));
}

void Session::on_live(const Subscription& subscription) {
  tell({{"t", "live"}, {"id", subscription.id}, {"cursor", to_cursor(hub().instance(), hub().history().last())}});
}

}  // namespace isthmus::websocket
