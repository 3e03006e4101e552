// Searches a tape's records for a path from a value back to an input or to a trainable variable.
#include "autodiff/dependence.hpp"

#include <algorithm>
#include <vector>

#include "autodiff/tape.hpp"

namespace strata {

using autodiff::kNoSlot;
using autodiff::Trace;

const GradientTape::Impl::Record* GradientTape::Impl::record_of(int slot) const {
  if (!records_.empty() && records_.back().output == slot)
    return &records_.back();  // the most frequent case
  const auto found =
      std::lower_bound(records_.begin(), records_.end(), slot,
                       [](const Record& record, int output) { return record.output < output; });
  return found == records_.end() || found->output != slot ? nullptr : &*found;
}

// Whether `matches` holds for `slot` or for any slot that it was computed from. An operation's
// output has a larger slot number than its inputs, so visiting the largest first visits each slot
// once, and slots below `lowest` can be skipped when only larger ones can match.
template <class Matches>
bool GradientTape::Impl::reaches(int slot, int lowest, const Matches& matches) const {
  std::vector<int> open = {slot};  // a max-heap
  int last = kNoSlot;
  while (!open.empty()) {
    std::pop_heap(open.begin(), open.end());
    const int next = open.back();
    open.pop_back();
    if (next == last) continue;
    last = next;
    if (matches(next)) return true;
    const Record* const record = record_of(next);
    if (record == nullptr) continue;
    for (const auto& input : record->inputs) {
      if (input.slot < lowest || input.slot == kNoSlot) continue;
      open.push_back(input.slot);
      std::push_heap(open.begin(), open.end());
    }
  }
  return false;
}

bool GradientTape::Impl::leads_to_weight(const Trace& trace) const {
  if (trace.is_constant() || trace.number() < number_) return false;
  if (trace.is_read()) return true;
  if (trace.number() != number_) return false;
  if (!watches_ && oldest_ == number_)
    return true;  // only operations on trainable variables were recorded
  return reaches(static_cast<int>(trace.index), 0, [&](int slot) {
    return std::any_of(variables_.begin(), variables_.end(),
                       [&](const auto& variable) { return variable.second == slot; });
  });
}

// Also true if part of the path was recorded by another tape only: `gradient` refuses that case.
bool GradientTape::Impl::depends(const Trace& result, const Trace& input) const {
  if (result.is_constant() || result.number() < number_) return false;
  if (result.is_read()) return input.is_read() && input.index == result.index;
  if (result.number() != number_) return true;
  const int from = static_cast<int>(result.index);
  const int to = find(input);
  if (to == kNoSlot && unseen_ == kNoSlot) return false;
  const auto ends = [&](int slot) { return slot != kNoSlot && (slot == to || slot == unseen_); };
  if (ends(from)) return true;
  const Record* const record = record_of(from);
  if (record == nullptr) return false;
  if (std::any_of(record->inputs.begin(), record->inputs.end(),
                  [&](const auto& each) { return ends(each.slot); }))
    return true;
  const int lowest = unseen_ == kNoSlot ? to : to == kNoSlot ? unseen_ : std::min(to, unseen_);
  return reaches(from, lowest, ends);
}

namespace autodiff {

bool is_recording() { return GradientTape::Impl::recorder() != nullptr; }

bool leads_to_weight(const Tensor& tensor) {
  const auto* tape = GradientTape::Impl::recorder();
  return tape != nullptr && tape->leads_to_weight(tensor.trace());
}

bool has_left_tape(const Tensor& result, const Tensor& input) {
  if (input.trace().is_constant()) return false;
  const auto* tape = GradientTape::Impl::recorder();
  return tape != nullptr && !tape->depends(result.trace(), input.trace()) &&
         tape->leads_to_weight(input.trace());
}

}  // namespace autodiff
}  // namespace strata
