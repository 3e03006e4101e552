// The tape is a list of records in the order of computation, so the sweep is a loop from its end,
// and neither sweep nor clean-up recurses, however deep the graph.
#include "strata/autodiff/gradient_tape.hpp"

#include <algorithm>
#include <atomic>
#include <unordered_map>
#include <utility>

#include "core/check.hpp"
#include "core/parallel.hpp"
#include "core/profile.hpp"
#include "strata/autodiff/record.hpp"
#include "tensor/format.hpp"

namespace strata {

using autodiff::Backward;
using autodiff::GradientSlot;
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
    bool takes_pending;
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
                Backward backward, bool takes_pending) {
    Record entry{op, {}, 0, profile::recording_row(), std::move(backward), takes_pending};
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
    std::vector<GradientSlot> gradients(static_cast<std::size_t>(slots_));
    if (last != kNone) sweep(last, target, slots, gradients);
    std::vector<Tensor> results;
    for (const int slot : slots) {
      Tensor result = slot == kNone ? Tensor() : gradients[static_cast<std::size_t>(slot)].sum;
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
             std::vector<GradientSlot>& slots) {
    const auto at = [&](int slot) -> GradientSlot& {
      return slots[static_cast<std::size_t>(slot)];
    };
    for (const int slot : sources) {
      if (slot == kNone) continue;
      at(slot).wanted = true;
      at(slot).is_source = true;
    }
    for (const Record& entry : records_) {
      GradientSlot& outcome = at(entry.output);
      outcome.wanted |= std::any_of(entry.inputs.begin(), entry.inputs.end(),
                                    [&](int input) { return input != kNone && at(input).wanted; });
      outcome.may_wait = entry.takes_pending && !outcome.is_source;
    }
    if (!at(last).wanted) return;

    Tensor ones = TensorAccess::uninitialized(target.shape());
    std::fill_n(TensorAccess::data(ones), ones.size(), 1.0f);
    at(last).sum = std::move(ones);
    for (std::size_t i = records_.size(); i-- > 0;) {
      Record& entry = records_[i];
      const profile::Timed timed(profile::Backward{entry.payer});
      GradientSlot& outcome = at(entry.output);
      if (outcome.wanted && (outcome.sum.defined() || outcome.pending.write)) {
        InputGradients inputs(entry.inputs, outcome, slots);
        entry.backward(outcome.sum, inputs);
      }
      // What an op kept for its gradient is not needed any more; nor is the gradient of its
      // outcome.
      if (!persistent_) entry.backward = nullptr;
      if (!outcome.is_source) {
        outcome.sum = Tensor();
        outcome.pending = {};
      }
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

GradientSlot& InputGradients::slot(int input) const {
  return slots_[static_cast<std::size_t>(inputs_[static_cast<std::size_t>(input)])];
}

bool InputGradients::wanted(int input) const {
  return inputs_[static_cast<std::size_t>(input)] != kNone && slot(input).wanted;
}

void InputGradients::add(int input, Tensor gradient) {
  if (!wanted(input)) return;
  if (float* const sum = accumulated(input)) {
    parallel_for(gradient.size(), 1, [=, from = gradient.data()](auto begin, auto end) {
      for (auto i = begin; i < end; ++i) sum[i] += from[i];
    });
  } else {
    slot(input).sum = TensorAccess::traced(std::move(gradient), {});
  }
}

float* InputGradients::accumulated(int input) {
  if (!wanted(input)) return nullptr;
  GradientSlot& place = slot(input);
  if (place.pending.write) place.sum = computed(std::exchange(place.pending, {}));
  Tensor& sum = place.sum;
  if (!sum.defined()) return nullptr;
  if (!TensorAccess::unique(sum)) {  // shared with another slot, or with a closure
    Tensor copy = TensorAccess::uninitialized(sum.shape());
    std::copy_n(sum.data(), sum.size(), TensorAccess::data(copy));
    sum = std::move(copy);
  }
  return TensorAccess::data(sum);
}

void InputGradients::add_pending(int input, PendingGradient gradient) {
  if (!wanted(input)) return;
  if (slot(input).may_wait && accumulated(input) == nullptr) {
    slot(input).pending = std::move(gradient);
  } else {
    add(input, computed(gradient));
  }
}

bool InputGradients::add_to_pending(int input, PendingGradient::OfSample add) {
  if (!wanted(input) || !slot(input).pending.write) return false;
  PendingGradient::OfSample& write = slot(input).pending.write;
  write = [first = std::move(write), then = std::move(add)](std::int64_t sample, float* to) {
    first(sample, to);
    then(sample, to);
  };
  return true;
}

Tensor computed(const PendingGradient& gradient) {
  Tensor result = TensorAccess::uninitialized(gradient.shape);
  const std::int64_t samples = gradient.shape[0];
  const std::int64_t size = samples == 0 ? 0 : result.size() / samples;
  parallel_for(samples, size, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t sample = begin; sample < end; ++sample)
      gradient.write(sample, TensorAccess::data(result) + sample * size);
  });
  return result;
}

bool recording(std::span<const Tensor* const> inputs) {
  const auto* tape = TapeAccess::recorder();
  if (tape == nullptr) return false;
  return std::any_of(inputs.begin(), inputs.end(),
                     [&](const Tensor* input) { return tape->follows(input->trace()); });
}

namespace detail {
Tensor record(const char* op, Tensor value, std::span<const Tensor* const> inputs,
              Backward backward, bool takes_pending) {
  return TapeAccess::recorder()->record(op, std::move(value), inputs, std::move(backward),
                                        takes_pending);
}
}  // namespace detail

void refuse_gradient(const char* op) {
  raise<StateError>("GradientTape", "this operation has no gradient in Strata. Received: op={}.",
                    op);
}

}  // namespace autodiff
}  // namespace strata
