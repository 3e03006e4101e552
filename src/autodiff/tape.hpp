// What a GradientTape holds: the record of what was computed, and its place among the tapes of the
// thread that made it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/autodiff/record.hpp"

namespace strata {

/// Tapes, and gradients that a tape took, are numbered in the order of their making. To a tape,
/// what bears an older number is a constant. What bears a newer one was made while the tape was
/// alive, and may depend on its variables in ways that it did not see.
///
/// A thread keeps a list of the tapes made on it, which shares their ownership with the handles.
/// Only that thread changes the list: a handle that ends on another thread marks its tape, and the
/// thread of the list drops it when it next looks.
class GradientTape::Impl {
 public:
  /// A new tape, at the head of this thread's list.
  static std::shared_ptr<Impl> make(bool persistent);
  explicit Impl(bool persistent);
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// The tape that records on this thread now, or null.
  static Impl* recorder() {
    if (sweeps_ > 0) return nullptr;
    return newest_ == nullptr || newest_->is_open() ? newest_ : older_recorder();
  }

  /// For the handle's destructor, on whatever thread that runs.
  void end();

  /// Whether this tape, or one around it, follows a value of this trace. What only an outer tape
  /// follows is recorded too, so that the outer one knows the output for something it has not seen.
  bool follows(const autodiff::Trace& trace) const {
    return !trace.is_constant() && trace.number() >= oldest_;
  }

  Tensor watch(const Tensor& tensor);
  Tensor record(const char* op, Tensor value, std::span<const Tensor* const> inputs,
                autodiff::Backward backward, bool takes_pending);
  std::vector<Tensor> gradient(const Tensor& target, const std::vector<autodiff::Trace>& sources);

  /// In src/autodiff/dependence.cpp: whether there is a path to a trainable variable, and whether
  /// there is one from one value to another.
  bool leads_to_weight(const autodiff::Trace& trace) const;
  bool depends(const autodiff::Trace& result, const autodiff::Trace& input) const;

 private:
  struct Record {
    const char* op;
    std::vector<autodiff::RecordedInput> inputs;
    int output;
    int payer;  // of the profile that measured it, if one did
    autodiff::Backward backward;
    bool takes_pending;
  };
  enum class State { open, used_up, ended };
  class Sweep;
  struct ThreadEnd;

  static Impl* older_recorder();
  static void drop_ended();

  bool is_open() const { return state_.load(std::memory_order_relaxed) == State::open; }
  bool needed_by_others() const;
  int slot_of(const autodiff::Trace& trace);
  int find(const autodiff::Trace& trace) const;
  const Record* record_of(int slot) const;
  template <class Matches>
  bool reaches(int slot, int lowest, const Matches& matches) const;
  void refuse_unseen(int last) const;
  void sweep(int last, const Tensor& target, const std::vector<int>& sources,
             std::vector<autodiff::GradientSlot>& slots);

  static constinit thread_local int sweeps_;  // under way on this thread; nothing is recorded then
  static constinit thread_local Impl* newest_;  // head of this thread's list

  const std::uint64_t number_;
  const bool persistent_;
  std::atomic<State> state_ = State::open;
  Impl* outer_ = nullptr;       // next in the list
  std::shared_ptr<Impl> self_;  // the list's share
  std::uint64_t oldest_;        // number of the outermost tape that was around this one when made
  bool watches_ = false;        // whether any tensor was watched
  int slots_ = 0;
  int unseen_ = autodiff::kNoSlot;  // the slot that stands for all that newer tapes know
  std::vector<Record> records_;
  std::unordered_map<std::uint64_t, int> variables_;
};

}  // namespace strata
