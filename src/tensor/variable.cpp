// Variable: the state that all copies of a weight share.
#include "strata/tensor/variable.hpp"

#include <algorithm>
#include <atomic>

#include "core/check.hpp"
#include "tensor/format.hpp"
#include "tensor/tape_numbers.hpp"

namespace strata {

struct Variable::State {
  std::uint64_t id;
  std::string name;
  std::string path;
  WeightAxes axes;
  bool integer;
  Tensor value;
  bool trainable;
  bool ever_trainable;
  std::shared_ptr<const Regularizer> regularizer;
  std::shared_ptr<const Constraint> constraint;

  // What is only frozen may be trained again.
  void check_trained(std::string_view rule) const {
    check(ever_trainable, "Variable",
          "only a weight that is trained can have a {}. Received: one for {}.", rule, name);
  }

  // Stored as a constant: `value()` gives each read its own trace.
  void set(Tensor tensor) { value = TensorAccess::traced(std::move(tensor), {}); }
};

Variable::Variable(std::string name, Tensor value, bool trainable)
    : Variable(std::move(name), std::move(value), VariableOptions{.trainable = trainable}) {}

Variable::Variable(std::string name, Tensor value, VariableOptions options) {
  static std::atomic<std::uint64_t> next_id = 1;
  check(value.defined(), "Variable",
        "the initial value must be defined. Received: name={}, undefined.", name);
  if (options.path.empty()) options.path = name;
  options.axes.check_fit(options.path, value.shape());
  state_ = std::make_shared<State>(State{.id = next_id++,
                                         .name = std::move(name),
                                         .path = std::move(options.path),
                                         .axes = options.axes,
                                         .integer = options.integer,
                                         .value = {},
                                         .trainable = options.trainable,
                                         .ever_trainable = options.trainable,
                                         .regularizer = {},
                                         .constraint = {}});
  state_->set(std::move(value));
}

Variable::State& Variable::state() const {
  check<StateError>(
      defined(), "Variable",
      "a layer's weights are made when it is built; build or call it first. Received: "
      "an undefined variable.");
  return *state_;
}

std::uint64_t Variable::id() const { return state().id; }
const std::string& Variable::name() const { return state().name; }
const std::string& Variable::path() const { return state().path; }
const WeightAxes& Variable::axes() const { return state().axes; }
bool Variable::integer() const { return state().integer; }
const Shape& Variable::shape() const { return state().value.shape(); }

Tensor Variable::value() const {
  using autodiff::Trace;
  const State& read = state();
  if (!read.trainable) return read.value;
  const std::uint64_t now = autodiff::last_number.load(std::memory_order_relaxed);
  return TensorAccess::traced(read.value, {Trace::kRead | now, read.id});
}

void Variable::assign(const Tensor& value) const {
  check<ShapeError>(
      value.defined() && value.shape() == shape(), "Variable",
      "the new value must have the shape of the old one, {}. Received: name={}, shape={}.", shape(),
      name(), value.defined() ? to_string(value.shape()) : "undefined");
  state().set(value);
}

bool Variable::trainable() const { return state().trainable; }

void Variable::set_trainable(bool trainable) const {
  state().trainable = trainable;
  state().ever_trainable |= trainable;
}

const std::shared_ptr<const Regularizer>& Variable::regularizer() const {
  return state().regularizer;
}

void Variable::set_regularizer(std::shared_ptr<const Regularizer> regularizer) const {
  if (regularizer) state().check_trained("regularizer");
  state().regularizer = std::move(regularizer);
}

const std::shared_ptr<const Constraint>& Variable::constraint() const { return state().constraint; }

void Variable::set_constraint(std::shared_ptr<const Constraint> constraint) const {
  if (constraint) state().check_trained("constraint");
  state().constraint = std::move(constraint);
}

float* Variable::mutable_data() const {
  if (!TensorAccess::unique(state().value)) {
    Tensor copy = TensorAccess::uninitialized(shape());
    const auto values = state().value.values();
    std::copy(values.begin(), values.end(), TensorAccess::data(copy));
    state().set(std::move(copy));
  }
  return TensorAccess::data(state().value);
}

}  // namespace strata
