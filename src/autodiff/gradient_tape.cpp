// The tape is a list of records in the order of computation, so the sweep is a loop from its end,
// and neither sweep nor clean-up recurses, however deep the graph.
#include "strata/autodiff/gradient_tape.hpp"

#include <algorithm>
#include <atomic>
#include <unordered_map>

#include "autodiff/in_place.hpp"
#include "core/check.hpp"
#include "core/profile.hpp"
#include "strata/autodiff/record.hpp"
#include "tensor/format.hpp"

namespace strata {

using autodiff::Backward;
using autodiff::InputGradients;
using autodiff::Trace;

namespace {

constexpr int kNone = -1;

// Tapes, and gradients that a tape took, are numbered in the order of their making. To a tape,
// what bears an older number is a constant. What bears a newer one was made while the tape was
// alive, and may depend on its variables in ways that it did not see.
std::uint64_t next_number() {
  static std::atomic<std::uint64_t> next = Trace::kVariable + 1;
  return next++;
}

Trace trace_of(const Variable& source) {
  check(source.defined(), "GradientTape::gradient",
        "a source must be defined. Received: an undefined variable.");
  return {Trace::kVariable, source.id()};
}

thread_local int sweeps = 0;  // under way on this thread; their arithmetic is not recorded

}  // namespace

class GradientTape::Impl {
  struct Record {
    const char* op;
    std::vector<int> inputs;  // slots; kNone for constants
    int output;
    int payer;  // of the profile that measured it, if one did
    Backward backward;
  };

 public:
  explicit Impl(bool persistent) : number_(next_number()), persistent_(persistent) {
    outer_ = current_;
    oldest_ = outer_ == nullptr ? number_ : outer_->oldest_;
    current_ = this;
  }

  ~Impl() {
    // Tapes are scoped, but a user may hold them otherwise and end them out of order.
    for (Impl** link = &current_; *link != nullptr; link = &(*link)->outer_) {
      if (*link == this) {
        *link = outer_;
        break;
      }
    }
  }

  static Impl* recorder() {
    if (sweeps > 0) return nullptr;
    Impl* tape = current_;
    while (tape != nullptr && !tape->open_) tape = tape->outer_;
    return tape;
  }

  // What only an outer tape follows is recorded too, so that the outer one knows the outcome for
  // something it has not seen.
  bool follows(const Trace& trace) const {
    return trace.owner == Trace::kVariable ||
           (trace.owner != Trace::kConstant && trace.owner >= oldest_);
  }

  int slot_of(const Trace& trace) {
    if (trace.owner == number_) return static_cast<int>(trace.index);
    if (trace.owner == Trace::kVariable) {
      const auto [found, is_new] = variables_.try_emplace(trace.index, slots_);
      if (is_new) ++slots_;
      return found->second;
    }
    if (trace.owner == Trace::kConstant || trace.owner < number_) return kNone;
    if (unseen_ == kNone) unseen_ = slots_++;
    return unseen_;
  }

  Tensor watch(const Tensor& tensor) {
    check<StateError>(open_, "GradientTape::watch",
                      "a tape that gave its gradients follows nothing any more, unless made with "
                      "{{.persistent = true}}. Received: a used-up tape.");
    check(tensor.defined(), "GradientTape::watch",
          "the tensor must be defined. Received: an undefined tensor.");
    const Trace& trace = tensor.trace();
    if (trace.owner == number_ || trace.owner == Trace::kVariable) return tensor;
    return TensorAccess::traced(tensor, {number_, static_cast<std::uint64_t>(slots_++)});
  }

  Tensor record(const char* op, Tensor value, std::span<const Tensor* const> inputs,
                Backward backward) {
    Record entry{op, {}, 0, profile::recording_row(), std::move(backward)};
    entry.inputs.reserve(inputs.size());
    for (const Tensor* input : inputs) entry.inputs.push_back(slot_of(input->trace()));
    entry.output = slots_++;
    const Trace trace{number_, static_cast<std::uint64_t>(entry.output)};
    records_.push_back(std::move(entry));
    return TensorAccess::traced(std::move(value), trace);
  }

  std::vector<Tensor> gradient(const Tensor& target, const std::vector<Trace>& sources) {
    check<StateError>(open_, "GradientTape::gradient",
                      "a tape gives gradients once, unless made with {{.persistent = true}}. "
                      "Received: a second call.");
    check(target.defined(), "GradientTape::gradient",
          "the target must be defined. Received: an undefined tensor.");
    const int last = slot_of(target.trace());
    refuse_unseen(last);
    std::vector<int> slots;
    for (const Trace& source : sources) slots.push_back(find(source));

    const Sweep under_way(*this);
    std::vector<Tensor> gradients(static_cast<std::size_t>(slots_));
    if (last != kNone) sweep(last, target, slots, gradients);
    std::vector<Tensor> results;
    for (const int slot : slots) {
      Tensor result = slot == kNone ? Tensor() : gradients[static_cast<std::size_t>(slot)];
      // A constant, unless a tape that is still alive would need to know better.
      if (result.defined() && (persistent_ || outer_ != nullptr)) {
        result = TensorAccess::traced(std::move(result), {next_number(), 0});
      }
      results.push_back(std::move(result));
    }
    return results;
  }

 private:
  // While it lives, nothing is recorded; after it, a tape that is not persistent is used up.
  struct Sweep {
    explicit Sweep(Impl& swept) : tape(swept) { ++sweeps; }
    ~Sweep() {
      --sweeps;
      if (tape.persistent_) return;
      tape.open_ = false;
      tape.records_.clear();
    }
    Sweep(const Sweep&) = delete;
    Sweep& operator=(const Sweep&) = delete;
    Impl& tape;
  };

  // Where a source lies on this tape, without adding it.
  int find(const Trace& trace) const {
    if (trace.owner == number_) return static_cast<int>(trace.index);
    if (trace.owner != Trace::kVariable) return kNone;
    const auto found = variables_.find(trace.index);
    return found == variables_.end() ? kNone : found->second;
  }

  // A gradient that passes by what this tape has not seen would come out too small, silently.
  void refuse_unseen(int last) const {
    if (unseen_ == kNone || last == kNone) return;
    const auto refuse = [](const char* op) {
      raise<StateError>("GradientTape::gradient",
                        "second derivatives are not supported: the target must not depend on a "
                        "gradient taken, or an outcome recorded, by another tape (or an earlier "
                        "call) while this tape was alive; ops::stop_gradient makes a constant of "
                        "it. Received: op={}.",
                        op);
    };
    if (last == unseen_) refuse("none");
    std::vector<char> reached(static_cast<std::size_t>(slots_), 0);
    reached[static_cast<std::size_t>(last)] = 1;
    for (auto entry = records_.rbegin(); entry != records_.rend(); ++entry) {
      if (reached[static_cast<std::size_t>(entry->output)] == 0) continue;
      for (const int input : entry->inputs) {
        if (input == unseen_) refuse(entry->op);
        if (input != kNone) reached[static_cast<std::size_t>(input)] = 1;
      }
    }
  }

  void sweep(int last, const Tensor& target, const std::vector<int>& sources,
             std::vector<Tensor>& gradients) {
    std::vector<char> wanted(static_cast<std::size_t>(slots_), 0);
    const auto at = [](auto& list, int slot) -> auto& {
      return list[static_cast<std::size_t>(slot)];
    };
    std::vector<char> is_source(static_cast<std::size_t>(slots_), 0);
    for (const int slot : sources) {
      if (slot != kNone) at(wanted, slot) = at(is_source, slot) = 1;
    }
    for (const Record& entry : records_) {
      const bool depends = std::any_of(entry.inputs.begin(), entry.inputs.end(), [&](int input) {
        return input != kNone && at(wanted, input) != 0;
      });
      if (depends) at(wanted, entry.output) = 1;
    }
    if (at(wanted, last) == 0) return;

    Tensor ones = TensorAccess::uninitialized(target.shape());
    std::fill_n(TensorAccess::data(ones), ones.size(), 1.0f);
    at(gradients, last) = std::move(ones);
    for (std::size_t i = records_.size(); i-- > 0;) {
      Record& entry = records_[i];
      const profile::Timed timed(profile::Backward{entry.payer});
      if (at(wanted, entry.output) != 0 && at(gradients, entry.output).defined()) {
        InputGradients inputs(entry.inputs, wanted, gradients);
        entry.backward(at(gradients, entry.output), inputs);
      }
      // What an op kept for its gradient is not needed any more; nor is the gradient of its
      // outcome.
      if (!persistent_) entry.backward = nullptr;
      if (at(is_source, entry.output) == 0) at(gradients, entry.output) = Tensor();
    }
  }

  static thread_local Impl* current_;

  std::uint64_t number_;
  std::uint64_t oldest_;  // number of the outermost tape around this one
  Impl* outer_;
  bool persistent_;
  bool open_ = true;
  int slots_ = 0;
  int unseen_ = kNone;  // the slot that stands for all that newer tapes know
  std::vector<Record> records_;
  std::unordered_map<std::uint64_t, int> variables_;
};

thread_local GradientTape::Impl* GradientTape::Impl::current_ = nullptr;

/// The recording side's way to the tape of this thread.
class TapeAccess {
 public:
  static GradientTape::Impl* recorder() { return GradientTape::Impl::recorder(); }
};

GradientTape::GradientTape(const GradientTapeOptions& options)
    : impl_(std::make_unique<Impl>(options.persistent)) {}
GradientTape::~GradientTape() = default;

Tensor GradientTape::watch(const Tensor& tensor) { return impl_->watch(tensor); }

std::vector<Tensor> GradientTape::gradient(const Tensor& target,
                                           const std::vector<Variable>& sources) {
  std::vector<Trace> traces;
  for (const Variable& source : sources) traces.push_back(trace_of(source));
  return impl_->gradient(target, traces);
}

std::vector<Tensor> GradientTape::gradient(const Tensor& target,
                                           const std::vector<Tensor>& watched) {
  std::vector<Trace> traces;
  for (const Tensor& source : watched) traces.push_back(source.trace());
  return impl_->gradient(target, traces);
}

Tensor GradientTape::gradient(const Tensor& target, const Variable& source) {
  return impl_->gradient(target, {trace_of(source)}).front();
}

Tensor GradientTape::gradient(const Tensor& target, const Tensor& watched) {
  return impl_->gradient(target, {watched.trace()}).front();
}

namespace autodiff {

Tensor& InputGradients::slot(int input) const {
  return gradients_[static_cast<std::size_t>(slots_[static_cast<std::size_t>(input)])];
}

bool InputGradients::wanted(int input) const {
  const int slot = slots_[static_cast<std::size_t>(input)];
  return slot != kNone && wanted_[static_cast<std::size_t>(slot)] != 0;
}

void InputGradients::add(int input, Tensor gradient) {
  if (!wanted(input)) return;
  Tensor& sum = slot(input);
  if (!sum.defined()) {
    sum = TensorAccess::traced(std::move(gradient), {});
    return;
  }
  add_in_place(accumulated(input), gradient.data(), gradient.size());
}

float* InputGradients::accumulated(int input) {
  if (!wanted(input)) return nullptr;
  Tensor& sum = slot(input);
  if (!sum.defined()) return nullptr;
  if (!TensorAccess::unique(sum)) {  // shared with another slot, or with a closure
    Tensor copy = TensorAccess::uninitialized(sum.shape());
    std::copy_n(sum.data(), sum.size(), TensorAccess::data(copy));
    sum = std::move(copy);
  }
  return TensorAccess::data(sum);
}

bool recording(std::span<const Tensor* const> inputs) {
  const auto* tape = TapeAccess::recorder();
  if (tape == nullptr) return false;
  return std::any_of(inputs.begin(), inputs.end(),
                     [&](const Tensor* input) { return tape->follows(input->trace()); });
}

namespace detail {
Tensor record(const char* op, Tensor value, std::span<const Tensor* const> inputs,
              Backward backward) {
  return TapeAccess::recorder()->record(op, std::move(value), inputs, std::move(backward));
}
}  // namespace detail

void refuse_gradient(const char* op) {
  raise<StateError>("GradientTape", "this operation has no gradient in Strata. Received: op={}.",
                    op);
}

}  // namespace autodiff
}  // namespace strata
