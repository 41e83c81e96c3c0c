#include "adapters/websocket/history.hpp"

#include <cassert>
#include <utility>

namespace isthmus::websocket {

void History::add(RecordPtr record) {
  assert(record->seq == next_);
  ++next_;
  if (record->is_value) keep_value(record);
  if (record->is_break()) last_break_ = record->seq;
  sizes_.push_back(record->size());
  bytes_ += sizes_.back();
  records_.push_back(std::move(record));
  while (records_.size() > limits_.records || (bytes_ > limits_.bytes && records_.size() > 1)) forget_oldest();
}

void History::skip_to(std::uint64_t next) {
  while (!records_.empty()) forget_oldest();
  next_ = next;
}

void History::forget_oldest() {
  const RecordPtr oldest = std::move(records_.front());
  bytes_ -= sizes_.front();
  sizes_.pop_front();
  records_.pop_front();
  if (keeper_ == nullptr || !oldest->is_value) return;
  const auto last = values_.find(oldest->from);
  if (last != values_.end() && last->second == oldest) keeper_->keep_value(*oldest);
}

void History::keep_value(const RecordPtr& record) {
  const auto known = values_.find(record->from);
  if (known != values_.end()) {
    if (keeper_ != nullptr && is_forgotten(*known->second)) keeper_->drop_value(record->from);
    value_order_.erase(known->second->seq);
    known->second = record;
  } else {
    values_.emplace(record->from, record);
  }
  value_order_.emplace(record->seq, record->from);
  if (values_.size() <= limits_.values) return;
  const auto oldest = value_order_.begin();
  const auto found = values_.find(oldest->second);
  if (keeper_ != nullptr && is_forgotten(*found->second)) keeper_->drop_value(oldest->second);
  values_.erase(found);
  value_order_.erase(oldest);
}

}  // namespace isthmus::websocket
