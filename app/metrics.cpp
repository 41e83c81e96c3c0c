#include "app/metrics.hpp"

#include <fmt/format.h>

#include <iterator>

#include "app/process_figures.hpp"
#include "gateway/version.hpp"

namespace isthmus::app {
namespace {

/// One family of samples after the other.
class Page {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(std::back_inserter(text_), "# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
  }
  /// `labels` is written as it is: `link="…",direction="in"`.
  template <class Number>
  void sample(std::string_view labels, Number value, std::string_view suffix = "") {
    const std::string_view open = labels.empty() ? "" : "{";
    fmt::format_to(std::back_inserter(text_), "{}{}{}{}{} {}\n", name_, suffix, open, labels, labels.empty() ? "" : "}",
                   value);
  }
  template <class Number>
  void single(std::string_view name, std::string_view type, std::string_view help, Number value) {
    family(name, type, help);
    sample("", value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string_view name_;
};

std::string link_label(std::string_view name) { return "link=\"" + label_value(name) + '"'; }

void write_messages(Page& page, const Traffic& traffic) {
  page.family("isthmus_messages_total", "counter",
              "Messages by component and direction: in from its network, out to it.");
  for (const auto& link : traffic.links()) {
    page.sample(link_label(link.name) + ",direction=\"in\"", link.messages_in);
    page.sample(link_label(link.name) + ",direction=\"out\"", link.messages_out);
  }
  page.family("isthmus_drops_total", "counter", "Events that were not delivered, by reason.");
  for (const auto& link : traffic.links()) {
    for (const auto& [direction, failed] : {std::pair{"in", &link.failed_in}, std::pair{"out", &link.failed_out}}) {
      for (const auto& [condition, count] : *failed) {
        page.sample(
            fmt::format("{},direction=\"{}\",reason=\"{}\"", link_label(link.name), direction, to_text(condition)),
            count);
      }
    }
  }
  page.family("isthmus_delivery_seconds", "histogram",
              "From a user's message until the network had it, waits for flood limits included.");
  for (const auto& link : traffic.links()) {
    const auto& histogram = link.delivery;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < Histogram::bounds.size(); ++i) {
      count += histogram.counts[i];
      page.sample(fmt::format("{},le=\"{}\"", link_label(link.name), Histogram::bounds[i]), count, "_bucket");
    }
    count += histogram.counts.back();
    page.sample(link_label(link.name) + ",le=\"+Inf\"", count, "_bucket");
    page.sample(link_label(link.name), histogram.sum, "_sum");
    page.sample(link_label(link.name), count, "_count");
  }
}

void write_bytes(Page& page, const Counters& counters, const Traffic& traffic) {
  page.family("isthmus_bytes_total", "counter",
              "Bytes by component, side (users: the XMPP server; foreign: its network) and direction.");
  for (std::size_t i = 0; i < traffic.links().size(); ++i) {
    const auto found = counters.all_bytes().find(AdapterId{static_cast<std::uint8_t>(i + 1)});
    const ByteCounts bytes = found == counters.all_bytes().end() ? ByteCounts{} : found->second;
    const auto sample = [&](std::string_view side, std::string_view direction, std::uint64_t value) {
      page.sample(fmt::format("{},side=\"{}\",direction=\"{}\"", link_label(traffic.links()[i].name), side, direction),
                  value);
    };
    sample("users", "in", bytes.users_in);
    sample("users", "out", bytes.users_out);
    sample("foreign", "in", bytes.foreign_in);
    sample("foreign", "out", bytes.foreign_out);
  }
}

void write_links(Page& page, const GatewayState& state) {
  page.family("isthmus_component_up", "gauge", "1 while the component's stream to the XMPP server is up.");
  for (const auto& component : state.components) page.sample(link_label(component.stream.name), component.stream.up);
  page.family("isthmus_queue_events", "gauge", "Events that wait until the side they are for can take them.");
  for (const auto& component : state.components)
    page.sample(link_label(component.stream.name) + ",direction=\"out\"", component.waiting);
  page.sample("link=\"\",direction=\"in\"", state.waiting_for_users);
  page.single("isthmus_links_waiting", "gauge", "Messages that links have to say and that have not arrived yet.",
              state.waiting_for_links);
  // Users may name any network, and labels that anybody can make would be without end: so these are sums.
  page.family("isthmus_sessions", "gauge", "Connections to networks, by state: up, or still or again connecting.");
  for (const auto& component : state.components) {
    std::size_t sessions = 0;
    std::size_t up = 0;
    for (const auto& link : component.foreign) {
      sessions += link.sessions;
      up += link.up;
    }
    page.sample(link_label(component.stream.name) + ",state=\"up\"", up);
    page.sample(link_label(component.stream.name) + ",state=\"connecting\"", sessions - up);
  }
  page.family("isthmus_queue_bytes", "gauge", "Bytes that wait to be written, by component and side.");
  for (const auto& component : state.components) {
    std::size_t queued = 0;
    for (const auto& link : component.foreign) queued += link.queued;
    page.sample(link_label(component.stream.name) + ",side=\"users\"", component.stream.queued);
    page.sample(link_label(component.stream.name) + ",side=\"foreign\"", queued);
  }
}

void write_process(Page& page) {
  const auto figures = process_figures();
  if (!figures) return;
  page.single("process_cpu_seconds_total", "counter", "Processor time, user and system.", figures->cpu_seconds);
  page.single("process_resident_memory_bytes", "gauge", "Memory in use.", figures->resident_bytes);
  page.single("process_virtual_memory_bytes", "gauge", "Address space in use.", figures->virtual_bytes);
  page.single("process_start_time_seconds", "gauge", "When the process started.",
              fmt::format("{:.2f}", figures->start_time));
  page.single("process_open_fds", "gauge", "Open files and sockets.", figures->open_files);
  if (figures->max_files > 0) page.single("process_max_fds", "gauge", "Limit of these.", figures->max_files);
}

}  // namespace

std::string label_value(std::string_view value) {
  std::string result;
  for (const char c : value) {
    if (c == '\\' || c == '"') result += '\\';
    if (c == '\n') {
      result += "\\n";
    } else {
      result += c;
    }
  }
  return result;
}

std::string metrics_page(const Counters& counters, const Traffic& traffic, const GatewayState& state) {
  Page page;
  page.family("isthmus_build_info", "gauge", "1, with the version.");
  page.sample("version=\"" + label_value(version) + '"', 1);
  write_messages(page, traffic);
  write_bytes(page, counters, traffic);
  write_links(page, state);
  write_process(page);
  return page.take() + counters.to_text();
}

}  // namespace isthmus::app
