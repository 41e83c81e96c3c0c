#pragma once
// The history in the store, so that a cursor holds over restarts (docs/decisions/websocket.md). Records lie in an
// archive of their own, as many and for as long as any archive has; last values whose records are forgotten, and which
// runs of the gateway there were, as settings.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "adapters/websocket/history.hpp"
#include "adapters/websocket/hub.hpp"
#include "gateway/runtime/counters.hpp"
#include "gateway/runtime/turn.hpp"
#include "gateway/store/store.hpp"

namespace isthmus::websocket {

class KeptHistory final : public HistoryKeeper, private Flushable {
 public:
  static constexpr std::size_t most_runs = 100;       // whose cursors are known; the oldest go first
  static constexpr std::size_t most_readers = 1'000;  // one more is not remembered

  /// All of them outlive this.
  KeptHistory(Store& store, Turn& turn, Counters& counters);
  /// The run has come to a good end.
  ~KeptHistory() override;
  KeptHistory(const KeptHistory&) = delete;
  KeptHistory& operator=(const KeptHistory&) = delete;

  /// Gives `hub` what is kept, and begins the run of its instance, which keeps what happens from now on. Where the run
  /// before came to no good end, a break says that something may be missing. Once, before the loop runs.
  void resume(Hub& hub, std::size_t most_records, SystemTime now);

  void add(const RecordPtr& record) override;
  void keep_value(const Record& record) override;
  void drop_value(const std::string& address) override;

  /// Up to where somebody who has no cursor of their own has read; 0: nothing yet.
  std::uint64_t read_by(const std::string& reader) const;
  void set_read_by(const std::string& reader, std::uint64_t seq);

 private:
  struct KnownRun;
  struct Stored;
  Stored read_settings() const;
  void put(std::string_view key, const std::string& place, std::string value);
  void flush() override;

  Store& store_;
  Turn& turn_;
  Counters& counters_;
  ArchivePlacePtr place_;
  const Instance* instance_ = nullptr;
  ArchiveBatch batch_;
  Position last_position_ = 0;
  std::uint64_t begun_ = 0;  // the first place of this run
  std::uint64_t last_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> read_by_;
};

}  // namespace isthmus::websocket
