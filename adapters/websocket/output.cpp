#include "adapters/websocket/output.hpp"

#include <algorithm>
#include <utility>

#include "adapters/websocket/packing.hpp"

namespace isthmus::websocket {

namespace {

constexpr unsigned text_frame = 0x1;
constexpr unsigned packed_bit = 0x40;      // RSV1 (RFC 7692 §6)
constexpr std::size_t framing_bytes = 10;  // at most, for a frame
constexpr std::size_t worth_keeping = 64;  // entries of an empty queue whose memory is kept

std::string with_extra(const std::string& text, std::string_view extra) {
  std::string own{text, 0, text.size() - 1};
  own += extra;
  own += '}';
  return own;
}

}  // namespace

void append_frame_head(std::string& out, unsigned opcode, std::size_t length) {
  const auto byte = [&](std::size_t value) { out += static_cast<char>(static_cast<unsigned char>(value & 0xff)); };
  byte(0x80U | opcode);
  if (length < 126) return byte(length);
  const bool is_long = length > 0xffff;
  byte(is_long ? 127 : 126);
  for (int shift = is_long ? 56 : 8; shift >= 0; shift -= 8) byte(length >> static_cast<unsigned>(shift));
}

bool Output::fits(std::size_t more) const noexcept {
  if (frames() == 0 && rest_.empty()) return true;  // however long it is: a client may take its time for one frame
  return frames() < limits_.frames && bytes_ + more + rest_.size() <= limits_.bytes;
}

bool Output::make_room(std::size_t more) {
  while (!fits(more)) {
    const auto oldest = std::find_if(entries_.begin() + static_cast<std::ptrdiff_t>(head_), entries_.end(),
                                     [](const Entry& entry) { return entry.kind == Kind::record; });
    if (oldest == entries_.end()) return false;
    const auto seq = oldest->record->seq;
    if (!gap_) gap_ = Gap{seq, seq, 0};
    if (seq != 0) gap_->last = std::max(gap_->last, seq);
    ++gap_->count;
    bytes_ -= oldest->text->size() + framing_bytes;
    if (oldest == entries_.begin() + static_cast<std::ptrdiff_t>(head_)) {
      *oldest = {};
      ++head_;
    } else {
      entries_.erase(oldest);
    }
  }
  return true;
}

void Output::push(Entry entry) {
  bytes_ += entry.text->size() + framing_bytes;
  entries_.push_back(std::move(entry));
}

Output::Entry Output::make_entry(const RecordPtr& record, std::string_view extra) const {
  Entry entry{record->text(format_, instance_), record, Kind::record};
  if (!extra.empty()) entry.text = std::make_shared<const std::string>(with_extra(*entry.text, extra));
  if (!packs_ || entry.text->size() <= worth_packing) return entry;
  Text packed =
      extra.empty() ? record->packed(format_, instance_) : std::make_shared<const std::string>(pack(*entry.text));
  if (packed->empty()) return entry;
  entry.text = std::move(packed);
  entry.is_packed = true;
  return entry;
}

bool Output::add(const RecordPtr& record, Policy policy, std::string_view extra) {
  if (record->text(format_, instance_)->empty()) return true;
  if (policy == Policy::coalesce && is_blocked_ && record->is_value) {
    const auto waits =
        std::find_if(entries_.begin() + static_cast<std::ptrdiff_t>(head_), entries_.end(), [&](const Entry& entry) {
          return entry.record && entry.record->is_value && entry.record->from == record->from;
        });
    if (waits != entries_.end()) {
      bytes_ -= waits->text->size() + framing_bytes;
      entries_.erase(waits);
    }
  }
  Entry entry = make_entry(record, extra);
  const auto size = entry.text->size() + framing_bytes;
  if (policy == Policy::disconnect ? !fits(size) : !make_room(size)) return false;
  push(std::move(entry));
  return true;
}

bool Output::add(std::string text) {
  if (!make_room(text.size() + framing_bytes)) return false;
  push({std::make_shared<const std::string>(std::move(text)), nullptr, Kind::own});
  return true;
}

bool Output::add_raw(std::string bytes) {
  if (!make_room(bytes.size() + framing_bytes)) return false;
  push({std::make_shared<const std::string>(std::move(bytes)), nullptr, Kind::raw});
  return true;
}

void Output::clear() {
  entries_.clear();
  head_ = 0;
  bytes_ = 0;
  gap_.reset();
}

void Output::append(std::string& out, const Entry& entry) const {
  const std::string& text = *entry.text;
  if (entry.kind == Kind::raw) {
    out += text;
    return;
  }
  const std::uint64_t seq = entry.record ? entry.record->seq : 0;
  switch (framing_) {
    case Framing::websocket:
      append_frame_head(out, entry.is_packed ? text_frame | packed_bit : text_frame, text.size());
      out += text;
      return;
    case Framing::event_stream:
      if (seq != 0) out.append("id: ").append(to_cursor(instance_, seq)).append("\n");
      out.append("data: ").append(text).append("\n\n");
      return;
    case Framing::lines: out.append(text).append("\n"); return;
  }
}

void Output::append_gap(std::string& out) {
  auto text = to_text(*gap_, format_, instance_);
  gap_.reset();
  if (!text.empty()) append(out, {std::make_shared<const std::string>(std::move(text)), nullptr, Kind::own});
}

void Output::take(std::string& out, std::size_t most) {
  out += std::exchange(rest_, {});
  while (out.size() < most && (head_ < entries_.size() || gap_)) {
    // Whatever was dropped came before what still waits.
    if (gap_) append_gap(out);
    if (head_ == entries_.size()) break;
    Entry entry = std::exchange(entries_[head_], {});
    ++head_;
    bytes_ -= entry.text->size() + framing_bytes;
    append(out, entry);
  }
  shrink();
}

void Output::shrink() {
  if (head_ == entries_.size()) {
    head_ = 0;
    if (entries_.capacity() > worth_keeping) {
      std::vector<Entry>{}.swap(entries_);
    } else {
      entries_.clear();
    }
  } else if (head_ > worth_keeping && head_ * 2 > entries_.size()) {
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

}  // namespace isthmus::websocket
