#pragma once
// A store that keeps what it is given for as long as it lives.
#include <algorithm>
#include <iterator>
#include <utility>

#include "gateway/store/store.hpp"

namespace isthmus::test {

class MemoryStore final : public Store {
 public:
  std::vector<Setting> settings() override { return all_settings; }
  std::vector<StoredSubscription> subscriptions() override { return all_subscriptions; }
  bool is_durable() const override { return true; }  // tests give it to a second run
  bool put(const Setting& setting) override {
    std::erase_if(all_settings, [&](const Setting& it) {
      return it.owner == setting.owner && it.adapter == setting.adapter && it.place == setting.place &&
             it.key == setting.key;
    });
    if (!setting.value.empty()) all_settings.push_back(setting);
    return true;
  }
  bool put(const StoredSubscription& subscription) override {
    remove(subscription);
    all_subscriptions.push_back(subscription);
    return true;
  }
  bool remove(const StoredSubscription& subscription) override {
    std::erase(all_subscriptions, subscription);
    return true;
  }
  std::vector<StoredMessage> messages() override { return all_messages; }
  std::vector<Archived> newest(const ArchivePlace& place, std::size_t most) override {
    std::vector<Archived> found;
    for (const auto& row : rows) {
      if (*row.place != place) continue;
      found.push_back({row.position, row.ref, row.sender, row.account, row.author == place.owner, row.author_id,
                       *to_payload(row.said)});
    }
    if (found.size() > most) found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(most));
    return found;
  }
  bool put(const StoredMessage& message) override {
    ++messages_put;
    all_messages.push_back(message);
    return true;
  }
  bool remove_message(std::string_view id) override {
    std::erase_if(all_messages, [&](const StoredMessage& it) { return it.id == id; });
    return true;
  }
  bool put(const StoredIds& ids) override {
    all_ids.push_back(ids);
    return true;
  }
  void read_ids(std::string owner, std::string, std::string network, std::size_t most,
                std::function<void(std::vector<StoredIds>)> answer) override {
    std::vector<StoredIds> found;
    for (const auto& one : all_ids)
      if (one.owner == owner && one.network == network) found.push_back(one);
    if (found.size() > most) found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(most));
    answer(std::move(found));
  }
  bool forget(std::string_view owner) override {
    std::erase_if(all_settings, [&](const Setting& it) { return it.owner == owner; });
    std::erase_if(all_subscriptions, [&](const StoredSubscription& it) { return it.owner == owner; });
    return true;
  }
  void when_committed(std::function<void(bool)> done) override { done(true); }
  bool add(ArchiveBatch batch) override {
    std::ranges::move(batch.begun, std::back_inserter(visits));
    std::ranges::move(batch.rows, std::back_inserter(rows));
    std::ranges::move(batch.ended, std::back_inserter(visits));
    return true;
  }
  void read(ArchiveQuery query, std::function<void(ArchiveAnswer)> answer) override {
    queries.push_back(std::move(query));
    if (holds_answers) {
      held_answers.push_back(std::move(answer));
    } else {
      answer(next_page);
    }
  }
  void trim(SystemTime, std::size_t) override {}

  std::vector<Setting> all_settings;
  std::vector<StoredSubscription> all_subscriptions;
  std::vector<StoredMessage> all_messages;
  std::size_t messages_put = 0;
  std::vector<StoredIds> all_ids;
  std::vector<Visit> visits;  // as they begin and end
  std::vector<ArchiveRow> rows;
  std::vector<ArchiveQuery> queries;
  ArchiveAnswer next_page = ArchivePage{};  // what is answered
  bool holds_answers = false;               // until the test gives them
  std::vector<std::function<void(ArchiveAnswer)>> held_answers;
};

}  // namespace isthmus::test
