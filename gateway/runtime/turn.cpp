#include "gateway/runtime/turn.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>
#include <vector>

namespace isthmus {
namespace {

using Items = std::vector<Flushable*>;  // null: withdrawn

void withdraw(Items& items, const Flushable* item) {
  const auto found = std::find(items.begin(), items.end(), item);
  if (found != items.end()) *found = nullptr;
}

}  // namespace

struct Turn::State : std::enable_shared_from_this<Turn::State> {
  State(boost::asio::any_io_executor on, std::function<void()> settles)
      : executor{std::move(on)}, settle{std::move(settles)} {}

  boost::asio::any_io_executor executor;
  std::function<void()> settle;
  Items foreign;
  Items users;
  Items flushing;  // the phase that runs; all three keep their capacity
  bool alive = true;
  bool armed = false;               // a run is on its way
  bool before_users_phase = false;  // a run is under way, and its users' phase is still to come

  void arm();
  void run();
  void flush(Items& requested);
};

void Turn::State::arm() {
  if (armed) return;
  armed = true;
  boost::asio::post(executor, [state = shared_from_this()] {
    if (state->alive) state->run();
  });
}

void Turn::State::run() {
  armed = false;
  before_users_phase = true;
  flush(foreign);
  settle();
  before_users_phase = false;
  flush(users);
  settle();
}

void Turn::State::flush(Items& requested) {
  flushing.swap(requested);
  for (std::size_t i = 0; i < flushing.size(); ++i) {
    if (flushing[i] == nullptr) continue;
    Flushable& item = *std::exchange(flushing[i], nullptr);
    item.waits_for_ = nullptr;
    item.flush();
  }
  flushing.clear();
}

Flushable::~Flushable() {
  if (waits_for_ == nullptr) return;
  auto& state = *waits_for_->state_;
  withdraw(state.foreign, this);
  withdraw(state.users, this);
  withdraw(state.flushing, this);
}

Turn::Turn(boost::asio::any_io_executor executor, std::function<void()> settle)
    : state_{std::make_shared<State>(std::move(executor), std::move(settle))} {}

Turn::~Turn() {
  state_->alive = false;
  for (Items* items : {&state_->foreign, &state_->users, &state_->flushing}) {
    for (Flushable* item : *items) {
      if (item != nullptr) item->waits_for_ = nullptr;
    }
  }
}

void Turn::request(Flushable& item, Phase phase) {
  if (item.waits_for_ != nullptr) return;
  item.waits_for_ = this;
  (phase == Phase::foreign ? state_->foreign : state_->users).push_back(&item);
  if (phase == Phase::foreign || !state_->before_users_phase) state_->arm();
}

void Turn::request() {
  if (!state_->before_users_phase) state_->arm();
}

}  // namespace isthmus
