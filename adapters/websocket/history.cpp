#include "adapters/websocket/history.hpp"

#include <cassert>
#include <utility>

namespace isthmus::websocket {

void History::add(RecordPtr record) {
  assert(record->seq == next_);
  ++next_;
  if (record->is_value) keep_value(record);
  sizes_.push_back(record->size());
  bytes_ += sizes_.back();
  records_.push_back(std::move(record));
  while (records_.size() > limits_.records || (bytes_ > limits_.bytes && records_.size() > 1)) {
    bytes_ -= sizes_.front();
    sizes_.pop_front();
    records_.pop_front();
  }
}

void History::keep_value(RecordPtr record) {
  const auto known = values_.find(record->from);
  if (known != values_.end()) value_order_.erase(known->second->seq);
  value_order_.emplace(record->seq, record->from);
  if (known != values_.end()) {
    known->second = std::move(record);
    return;
  }
  std::string address = record->from;
  values_.emplace(std::move(address), std::move(record));
  if (values_.size() <= limits_.values) return;
  const auto oldest = value_order_.begin();
  values_.erase(oldest->second);
  value_order_.erase(oldest);
}

}  // namespace isthmus::websocket
