// What a GradientTape holds: its records, and its place in the list of tapes of the thread that
// made it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "autodiff/input_gradients.hpp"
#include "strata/autodiff/gradient_tape.hpp"

namespace strata {

/// Tapes, and the gradients that they return, are numbered in the order in which they are made. For
/// a tape, a value with an older number is a constant. A value with a newer number was made while
/// the tape was alive, and may depend on the tape's variables through operations that it did not
/// record.
///
/// Each thread keeps a list of the tapes made on it, and shares their ownership with the handles.
/// Only that thread changes the list: a handle destroyed on another thread marks its tape as ended,
/// and the list's thread removes the tape when it next walks the list.
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

  /// Takes this thread's tapes out of its list, for `autodiff::NotRecording`, and puts them back,
  /// behind those that were made meanwhile and still live.
  static Impl* hide_all();
  static void put_back(Impl* hidden);

  /// Called by the handle's destructor, on any thread.
  void end();

  /// Whether this tape, or an outer one on the same thread, follows a value with this trace. An
  /// operation that only an outer tape follows is recorded here too, so that the outer tape knows
  /// that the output depends on operations it has not recorded.
  bool follows(const autodiff::Trace& trace) const {
    return !trace.is_constant() && trace.number() >= oldest_;
  }

  Tensor watch(const Tensor& tensor);
  Tensor record(const char* op, Tensor value, std::span<const Tensor* const> inputs,
                autodiff::Backward backward);
  /// The last op recorded accepts its upstream gradient deferred.
  void accept_deferred() { records_.back().accepts_deferred = true; }
  std::vector<Tensor> gradient(const Tensor& target, const std::vector<autodiff::Trace>& sources);

  /// Defined in src/autodiff/dependence.cpp: whether a value was computed from a trainable
  /// variable, and whether it was computed from another value.
  bool leads_to_weight(const autodiff::Trace& trace) const;
  bool depends(const autodiff::Trace& result, const autodiff::Trace& input) const;

 private:
  struct Record {
    const char* op;
    std::vector<autodiff::RecordedInput> inputs;
    int output;
    int profile_row;  // that its backward time is charged to
    autodiff::Backward backward;
    bool accepts_deferred;
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

  static constinit thread_local int
      sweeps_;  // running on this thread; while there are any, nothing is recorded
  static constinit thread_local Impl* newest_;  // head of this thread's list

  const std::uint64_t number_;
  const bool persistent_;
  std::atomic<State> state_ = State::open;
  Impl* outer_ = nullptr;       // next in the thread's list
  std::shared_ptr<Impl> self_;  // the list's share of the ownership
  std::uint64_t
      oldest_;  // number of the outermost tape that was in the list when this one was made
  bool watches_ = false;  // whether any tensor was watched
  int slots_ = 0;
  int unseen_ = autodiff::kNoSlot;  // one slot for every value that only newer tapes recorded
  std::vector<Record> records_;
  std::unordered_map<std::uint64_t, int> variables_;
};

}  // namespace strata
