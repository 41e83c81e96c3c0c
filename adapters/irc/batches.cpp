#include "adapters/irc/batches.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace isthmus::irc {

namespace {

Batch::Kind kind_of(std::string_view type) noexcept {
  if (type == "chathistory" || type == "znc.in/playback") return Batch::Kind::history;
  if (type == "netsplit") return Batch::Kind::netsplit;
  if (type == "netjoin") return Batch::Kind::netjoin;
  if (type == "labeled-response") return Batch::Kind::labelled;
  if (type == "draft/multiline") return Batch::Kind::multiline;
  return Batch::Kind::other;
}

}  // namespace

std::uint64_t digest_with(std::uint64_t digest, std::string_view line) noexcept {
  return digest * 0x9E3779B97F4A7C15U + std::hash<std::string_view>{}(line) + 1;
}

Batch* Batches::find(std::string_view id) noexcept {
  const auto found = std::ranges::find(open_, id, &Batch::id);
  return found == open_.end() ? nullptr : &*found;
}

Batch* Batches::open(std::string_view id, std::string_view type) {
  close(id);
  if (open_.size() >= max_open) return nullptr;
  Batch& batch = open_.emplace_back();
  batch.id = id;
  batch.kind = kind_of(type);
  return &batch;
}

std::optional<Batch> Batches::close(std::string_view id) {
  const auto found = std::ranges::find(open_, id, &Batch::id);
  if (found == open_.end()) return std::nullopt;
  std::optional<Batch> closed{std::move(*found)};
  open_.erase(found);
  return closed;
}

Batch* Batches::around(std::string_view id, Batch::Kind kind) noexcept {
  // A server may nest one in itself; nobody else needs more steps than there are batches.
  for (std::size_t steps = 0; steps <= max_open; ++steps) {
    Batch* const batch = find(id);
    if (batch == nullptr || batch->kind == kind) return batch;
    id = batch->parent;
  }
  return nullptr;
}

}  // namespace isthmus::irc
