// The tape is a list of records in the order of computation, so the sweep is a loop from its end,
// and neither sweep nor clean-up recurses, however deep the graph.
#include "strata/autodiff/gradient_tape.hpp"

#include <algorithm>
#include <atomic>
#include <unordered_map>
#include <utility>

#include "autodiff/in_place.hpp"
#include "core/check.hpp"
#include "strata/autodiff/record.hpp"
#include "tensor/format.hpp"

namespace strata {

using autodiff::Backward;
using autodiff::InputGradients;
using autodiff::Trace;

namespace {

struct Record {
  const char* op;
  std::vector<int> inputs;  // slots; kNone for constants
  int output;
  Backward backward;
};

constexpr int kNone = -1;

}  // namespace

class GradientTape::Impl {
 public:
  explicit Impl(bool persistent) : persistent_(persistent) {
    static std::atomic<std::uint64_t> next = Trace::kGradient + 1;
    serial_ = next++;
    outer_ = current_;
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

  static Impl* recorder() { return current_ != nullptr && current_->open_ ? current_ : nullptr; }

  bool follows(const Trace& trace) const {
    return trace.owner == Trace::kVariable || trace.owner == serial_ ||
           trace.owner == Trace::kGradient ||
           (trace.owner != Trace::kConstant && outer_ != nullptr && outer_->owns(trace));
  }

  int slot_of(const Trace& trace, const char* op) {
    if (trace.owner == Trace::kConstant) return kNone;
    if (trace.owner == serial_) return static_cast<int>(trace.index);
    if (trace.owner == Trace::kVariable) {
      const auto [found, is_new] = variables_.try_emplace(trace.index, slots_);
      if (is_new) ++slots_;
      return found->second;
    }
    check<StateError>(
        trace.owner != Trace::kGradient && (outer_ == nullptr || !outer_->owns(trace)),
        "GradientTape",
        "second derivatives are not supported: a tensor that another tape follows can't be "
        "used under this one. Received: op={}.",
        op);
    return kNone;  // of a tape that is gone: a constant by now
  }

  Tensor watch(const Tensor& tensor) {
    check(tensor.defined(), "GradientTape::watch",
          "the tensor must be defined. Received: an undefined tensor.");
    return TensorAccess::traced(tensor, {serial_, static_cast<std::uint64_t>(slots_++)});
  }

  Tensor record(const char* op, Tensor value, std::span<const Tensor* const> inputs,
                Backward backward) {
    Record entry{op, {}, 0, std::move(backward)};
    entry.inputs.reserve(inputs.size());
    for (const Tensor* input : inputs) entry.inputs.push_back(slot_of(input->trace(), op));
    entry.output = slots_++;
    const Trace trace{serial_, static_cast<std::uint64_t>(entry.output)};
    records_.push_back(std::move(entry));
    return TensorAccess::traced(std::move(value), trace);
  }

  std::vector<Tensor> gradient(const Tensor& target, const std::vector<Trace>& sources) {
    check<StateError>(open_, "GradientTape::gradient",
                      "a tape gives gradients once, unless made with {{.persistent = true}}. "
                      "Received: a second call.");
    check(target.defined(), "GradientTape::gradient",
          "the target must be defined. Received: an undefined tensor.");
    open_ = false;
    struct Resume {  // during the sweep nothing records, whatever ops gradients are made of
      Impl& tape;
      Impl* recorder = std::exchange(current_, nullptr);
      ~Resume() {
        current_ = recorder;
        tape.close();
      }
    } resume{*this};

    const Trace origin = target.trace();
    std::vector<int> slots;
    for (const Trace& source : sources) slots.push_back(find(source));
    std::vector<Tensor> gradients(static_cast<std::size_t>(slots_));
    const int last = find(origin);
    if (last != kNone) sweep(last, target, slots, gradients);

    std::vector<Tensor> results;
    for (const int slot : slots) {
      Tensor result = slot == kNone ? Tensor() : gradients[static_cast<std::size_t>(slot)];
      if (outer_ != nullptr && result.defined()) {
        result = TensorAccess::traced(std::move(result), {Trace::kGradient, 0});
      }
      results.push_back(std::move(result));
    }
    return results;
  }

 private:
  bool owns(const Trace& trace) const {
    return trace.owner == serial_ || (outer_ != nullptr && outer_->owns(trace));
  }

  // Where a source or target lies on this tape, without adding it.
  int find(const Trace& trace) const {
    if (trace.owner == serial_) return static_cast<int>(trace.index);
    if (trace.owner != Trace::kVariable) return kNone;
    const auto found = variables_.find(trace.index);
    return found == variables_.end() ? kNone : found->second;
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

  void close() {
    open_ = persistent_;
    if (!persistent_) records_.clear();
  }

  static thread_local Impl* current_;

  std::uint64_t serial_;
  Impl* outer_;
  bool persistent_;
  bool open_ = true;
  int slots_ = 0;
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
  for (const Variable& source : sources) traces.push_back({Trace::kVariable, source.id()});
  return impl_->gradient(target, traces);
}

std::vector<Tensor> GradientTape::gradient(const Tensor& target,
                                           const std::vector<Tensor>& watched) {
  std::vector<Trace> traces;
  for (const Tensor& source : watched) traces.push_back(source.trace());
  return impl_->gradient(target, traces);
}

Tensor GradientTape::gradient(const Tensor& target, const Variable& source) {
  return impl_->gradient(target, {Trace{Trace::kVariable, source.id()}}).front();
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
