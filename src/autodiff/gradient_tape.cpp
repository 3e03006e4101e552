// The tape is a list of records in the order of computation, so the sweep is a loop from its end,
// and neither sweep nor clean-up recurses, however deep the graph.
#include "strata/autodiff/gradient_tape.hpp"

#include <algorithm>
#include <utility>

#include "autodiff/not_recording.hpp"
#include "autodiff/tape.hpp"
#include "core/check.hpp"
#include "core/profile.hpp"
#include "tensor/format.hpp"
#include "tensor/tape_numbers.hpp"

namespace strata {

using autodiff::Backward;
using autodiff::GradientSlot;
using autodiff::InputGradients;
using autodiff::Trace;

namespace {

constexpr int kNone = autodiff::kNoSlot;
constexpr std::size_t kUsualRecords = 32;  // about as many as a training step of a small model has

Trace trace_of(const Variable& source) {
  check(source.defined(), "GradientTape::gradient",
        "a source must be defined. Received: an undefined variable.");
  return {~std::uint64_t{0}, source.id()};  // a read that every tape follows
}

}  // namespace

using Impl = GradientTape::Impl;

constinit thread_local int Impl::sweeps_ = 0;
constinit thread_local Impl* Impl::newest_ = nullptr;

// ---- the tapes of a thread

// When a thread ends, its list gives up its share of the tapes; their handles own them alone.
struct Impl::ThreadEnd {
  ~ThreadEnd() {
    while (newest_ != nullptr) {
      const std::shared_ptr<Impl> tape = std::move(newest_->self_);
      newest_ = std::exchange(tape->outer_, nullptr);
    }
  }
};

Impl::Impl(bool persistent) : number_(autodiff::next_number()), persistent_(persistent) {}

std::shared_ptr<Impl> Impl::make(bool persistent) {
  static thread_local ThreadEnd at_thread_end;
  (void)at_thread_end;
  drop_ended();
  auto tape = std::make_shared<Impl>(persistent);
  tape->outer_ = newest_;
  tape->oldest_ = newest_ == nullptr ? tape->number_ : newest_->oldest_;
  tape->self_ = tape;
  newest_ = tape.get();
  return tape;
}

Impl* Impl::older_recorder() {
  for (Impl* tape = newest_; tape != nullptr; tape = tape->outer_) {
    const State state = tape->state_.load(std::memory_order_acquire);
    if (state == State::open) return tape;
    if (state == State::ended) {
      // It ended on another thread: ending on this one would have removed it from the list.
      drop_ended();
      return older_recorder();
    }
  }
  return nullptr;
}

void Impl::end() {
  state_.store(State::ended, std::memory_order_release);
  drop_ended();
}

// Unlinks all ended tapes before it destroys any: destroying a record may run operations.
void Impl::drop_ended() {
  std::shared_ptr<Impl> dropped;  // a chain of the unlinked tapes by their `self_`
  for (Impl** link = &newest_; *link != nullptr;) {
    Impl* const tape = *link;
    if (tape->state_.load(std::memory_order_acquire) == State::ended) {
      *link = tape->outer_;
      tape->outer_ = nullptr;
      std::swap(dropped, tape->self_);
    } else {
      link = &tape->outer_;
    }
  }
  while (dropped != nullptr) dropped = std::shared_ptr<Impl>(std::move(dropped->self_));
}

Impl* Impl::hide_all() { return std::exchange(newest_, nullptr); }

void Impl::put_back(Impl* hidden) {
  Impl** end = &newest_;
  for (; *end != nullptr; end = &(*end)->outer_) {
    if (hidden != nullptr) (*end)->oldest_ = hidden->oldest_;
  }
  *end = hidden;
}

// Whether another live tape may depend on this gradient, so that it must not count as a constant.
bool Impl::needed_by_others() const {
  if (persistent_ || oldest_ != number_) return true;
  for (const Impl* tape = newest_; tape != nullptr; tape = tape->outer_) {
    if (tape->number_ < number_) return true;
  }
  return false;
}

// ---- the record

inline int Impl::slot_of(const Trace& trace) {
  if (trace.owner == number_) return static_cast<int>(trace.index);
  if (trace.is_constant() || trace.number() < number_) return kNone;
  if (trace.is_read()) {
    const auto [found, is_new] = variables_.try_emplace(trace.index, slots_);
    if (is_new) ++slots_;
    return found->second;
  }
  if (unseen_ == kNone) unseen_ = slots_++;
  return unseen_;
}

// The slot of a value on this tape; unlike `slot_of`, it adds none.
int Impl::find(const Trace& trace) const {
  if (trace.is_constant() || trace.number() < number_) return kNone;
  if (trace.is_read()) {
    const auto found = variables_.find(trace.index);
    return found == variables_.end() ? kNone : found->second;
  }
  return trace.number() == number_ ? static_cast<int>(trace.index) : kNone;
}

Tensor Impl::watch(const Tensor& tensor) {
  check<StateError>(is_open(), "GradientTape::watch",
                    "a tape that gave its gradients follows nothing any more, unless made with "
                    "{{.persistent = true}}. Received: a used-up tape.");
  check(tensor.defined(), "GradientTape::watch",
        "the tensor must be defined. Received: an undefined tensor.");
  const Trace& trace = tensor.trace();
  const bool is_followed = trace.is_read() ? trace.number() >= number_ : trace.number() == number_;
  if (is_followed) return tensor;
  watches_ = true;
  return TensorAccess::traced(tensor, {number_, static_cast<std::uint64_t>(slots_++)});
}

Tensor Impl::record(const char* op, Tensor value, std::span<const Tensor* const> inputs,
                    Backward backward) {
  if (!value.defined())
    raise(op, "a recorded output must be defined. Received: an undefined tensor.");
  if (records_.empty()) records_.reserve(kUsualRecords);
  Record entry{op, {}, 0, profile::recording_row(), std::move(backward), false};
  entry.inputs.reserve(inputs.size());
  for (const Tensor* input : inputs)
    entry.inputs.push_back({slot_of(input->trace()), input->shape()});
  entry.output = slots_++;
  const Trace trace{number_, static_cast<std::uint64_t>(entry.output)};
  records_.push_back(std::move(entry));
  return TensorAccess::traced(std::move(value), trace);
}

// ---- gradients

// While it lives, nothing is recorded on this thread; when it ends, a tape that is not persistent
// is used up.
class Impl::Sweep {
 public:
  explicit Sweep(Impl& tape) : tape_(tape) { ++sweeps_; }
  ~Sweep() {
    --sweeps_;
    if (tape_.persistent_) return;
    tape_.state_.store(State::used_up, std::memory_order_release);
    tape_.records_.clear();
  }
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;

 private:
  Impl& tape_;
};

std::vector<Tensor> Impl::gradient(const Tensor& target, const std::vector<Trace>& sources) {
  check<StateError>(is_open(), "GradientTape::gradient",
                    "a tape gives gradients once, unless made with {{.persistent = true}}. "
                    "Received: a second call.");
  check(target.defined(), "GradientTape::gradient",
        "the target must be defined. Received: an undefined tensor.");
  const int last = slot_of(target.trace());
  refuse_unseen(last);
  std::vector<int> slots;
  slots.reserve(sources.size());
  for (const Trace& source : sources) slots.push_back(find(source));

  const Sweep under_way(*this);
  std::vector<GradientSlot> gradients(static_cast<std::size_t>(slots_));
  if (last != kNone) sweep(last, target, slots, gradients);
  const bool needed = needed_by_others();
  std::vector<Tensor> results;
  results.reserve(slots.size());
  for (const int slot : slots) {
    Tensor result = slot == kNone ? Tensor() : gradients[static_cast<std::size_t>(slot)].sum;
    if (result.defined() && needed)
      result = TensorAccess::traced(std::move(result), {autodiff::next_number(), 0});
    results.push_back(std::move(result));
  }
  return results;
}

// A gradient that ignored paths through operations of other tapes would silently be too small.
void Impl::refuse_unseen(int last) const {
  if (unseen_ == kNone || last == kNone) return;
  const auto refuse = [](const char* op) {
    raise<StateError>("GradientTape::gradient",
                      "second derivatives are not supported: the target must not depend on a "
                      "gradient taken, or an output recorded, by another tape (or an earlier "
                      "call) while this tape was alive; ops::stop_gradient makes a constant of "
                      "it. Received: op={}.",
                      op);
  };
  if (last == unseen_) refuse("none");
  std::vector<char> reached(static_cast<std::size_t>(slots_), 0);
  reached[static_cast<std::size_t>(last)] = 1;
  for (auto entry = records_.rbegin(); entry != records_.rend(); ++entry) {
    if (reached[static_cast<std::size_t>(entry->output)] == 0) continue;
    for (const auto& [input, shape] : entry->inputs) {
      if (input == unseen_) refuse(entry->op);
      if (input != kNone) reached[static_cast<std::size_t>(input)] = 1;
    }
  }
}

void Impl::sweep(int last, const Tensor& target, const std::vector<int>& sources,
                 std::vector<GradientSlot>& slots) {
  const auto at = [&](int slot) -> GradientSlot& { return slots[static_cast<std::size_t>(slot)]; };
  for (const int slot : sources) {
    if (slot == kNone) continue;
    at(slot).wanted = true;
    at(slot).is_source = true;
  }
  for (const Record& entry : records_) {
    GradientSlot& output = at(entry.output);
    output.wanted |= std::any_of(entry.inputs.begin(), entry.inputs.end(), [&](const auto& input) {
      return input.slot != kNone && at(input.slot).wanted;
    });
    output.accepts_deferred = entry.accepts_deferred && !output.is_source;
  }
  if (!at(last).wanted) return;

  Tensor ones = TensorAccess::uninitialized(target.shape());
  std::fill_n(TensorAccess::data(ones), ones.size(), 1.0f);
  at(last).sum = std::move(ones);
  for (std::size_t i = records_.size(); i-- > 0;) {
    Record& entry = records_[i];
    const profile::Timed timed(profile::Backward{entry.profile_row});
    GradientSlot& output = at(entry.output);
    if (output.wanted && (output.sum.defined() || output.deferred.write)) {
      InputGradients::Impl impl{entry.op, entry.inputs, output, slots};
      InputGradients inputs = impl.gradients();
      entry.backward(output.sum, inputs);
    }
    // The closure and the gradient of the operation's output are not needed any more.
    if (!persistent_) entry.backward = nullptr;
    if (!output.is_source) {
      output.sum = Tensor();
      output.deferred = {};
    }
  }
}

// ---- the handle

GradientTape::GradientTape(const GradientTapeOptions& options)
    : impl_(Impl::make(options.persistent)) {}
GradientTape::~GradientTape() { impl_->end(); }

Tensor GradientTape::watch(const Tensor& tensor) { return impl_->watch(tensor); }

std::vector<Tensor> GradientTape::gradient(const Tensor& target,
                                           const std::vector<Variable>& sources) {
  std::vector<Trace> traces;
  traces.reserve(sources.size());
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

bool recording(std::span<const Tensor* const> inputs) {
  const auto* tape = GradientTape::Impl::recorder();
  if (tape == nullptr) return false;
  return std::any_of(inputs.begin(), inputs.end(),
                     [&](const Tensor* input) { return tape->follows(input->trace()); });
}

namespace detail {

Tensor record(const char* op, Tensor value, std::span<const Tensor* const> inputs,
              Backward backward) {
  GradientTape::Impl* const tape = GradientTape::Impl::recorder();
  if (tape == nullptr) return value;  // it ended on another thread after `recording` saw it
  return tape->record(op, std::move(value), inputs, std::move(backward));
}

Tensor record_accepting_deferred(const char* op, Tensor value,
                                 std::span<const Tensor* const> inputs, Backward backward) {
  GradientTape::Impl* const tape = GradientTape::Impl::recorder();
  if (tape == nullptr) return value;
  Tensor output = tape->record(op, std::move(value), inputs, std::move(backward));
  tape->accept_deferred();
  return output;
}

}  // namespace detail

NotRecording::NotRecording() : hidden_(GradientTape::Impl::hide_all()) {}
NotRecording::~NotRecording() { GradientTape::Impl::put_back(hidden_); }

void refuse_gradient(const char* op) {
  raise<StateError>("GradientTape", "this operation has no gradient in Strata. Received: op={}.",
                    op);
}

}  // namespace autodiff
}  // namespace strata
