// The ledger of a training step's time.
#include "core/profile.hpp"

#include <utility>

namespace strata::profile {

constinit thread_local Ledger* ledger = nullptr;
constinit thread_local std::int64_t* products = nullptr;

Ledger::Ledger() : rows_(kSections) {}

void Ledger::open() {
  ++periods_;
  rows_.front().entered = true;
  owner_ = {};
  products_ = 0;
  ledger = this;
  products = &products_;
  since_ = Clock::now();
}

void Ledger::close() noexcept {
  if (ledger != this) return;
  charge({});
  ledger = nullptr;
  products = nullptr;
}

Owner Ledger::charge(Owner next) {
  const Clock::time_point now = Clock::now();
  Row& row = rows_[static_cast<std::size_t>(owner_.row)];
  row.nanoseconds[owner_.direction] += (now - since_) / std::chrono::nanoseconds(1);
  row.products += std::exchange(products_, 0);
  since_ = now;
  // An operation recorded under another ledger may name a row that this one doesn't have.
  if (next.row >= static_cast<int>(rows_.size())) next.row = 0;
  rows_[static_cast<std::size_t>(next.row)].entered = true;
  return std::exchange(owner_, next);
}

int Ledger::layer_row(std::uint64_t layer, const std::string& name, bool composite) {
  const int parent = owner_.row < kSections ? -1 : owner_.row;
  for (std::size_t i = kSections; i < rows_.size(); ++i) {
    if (rows_[i].layer == layer && rows_[i].parent == parent) return static_cast<int>(i);
  }
  rows_.push_back({.name = name, .layer = layer, .parent = parent, .composite = composite});
  return static_cast<int>(rows_.size()) - 1;
}

int Ledger::recording_row() {
  rows_[static_cast<std::size_t>(owner_.row)].recorded = true;
  return owner_.row;
}

}  // namespace strata::profile
