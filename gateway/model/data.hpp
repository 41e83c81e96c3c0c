#pragma once
// A value as a program published it: what stands beside the text that shows it to people.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/model/rare.hpp"

namespace isthmus {

struct Data {
  enum class Form : std::uint8_t { text, json, binary };
  Form form = Form::text;
  bool is_stored = false;  // what the foreign side keeps as the last one, told on request: no news. As a wish: keep it
  std::uint8_t qos = 0;    // 0 at most once, 1 at least once, 2 exactly once
  bool may_be_repeated = false;  // the foreign side says that it may have been told before
  std::uint32_t skipped = 0;     // values of the same place since the last one that was told
  std::string place;             // native name of what it is a value of
  std::string bytes;             // as published
  std::string media_type;        // as its source says; may be empty
  std::vector<std::pair<std::string, std::string>> properties;  // what its source says of it besides
  std::string answer_to{};    // native name of the place where an answer is wanted; empty: nowhere
  std::string correlation{};  // … and by which it is known: any bytes. Of an answer: which question it answers
  std::optional<std::chrono::seconds> expiry{};  // from Envelope::received_at on; later nobody wants it. None: for ever
};

/// A place has another value, or, without one, none any more: for whoever watches its values (WatchValues).
struct NewValue {
  std::string place;  // native name; not that of the conversation where a watch is for many places
  Rare<Data> now;
};

}  // namespace isthmus
