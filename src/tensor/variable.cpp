#include "strata/tensor/variable.hpp"

#include <algorithm>
#include <atomic>

#include "core/check.hpp"
#include "tensor/format.hpp"

namespace strata {

struct Variable::State {
  std::uint64_t id;
  std::string name;
  Tensor value;
  bool trainable;
  std::shared_ptr<const Regularizer> regularizer;
  std::shared_ptr<const Constraint> constraint;

  void set(Tensor tensor) {
    using autodiff::Trace;
    value =
        TensorAccess::traced(std::move(tensor), trainable ? Trace{Trace::kVariable, id} : Trace{});
  }
};

Variable::Variable(std::string name, Tensor value, bool trainable) {
  static std::atomic<std::uint64_t> next_id = 1;
  check(value.defined(), "Variable",
        "the initial value must be defined. Received: name={}, undefined.", name);
  state_ = std::make_shared<State>(State{next_id++, std::move(name), {}, trainable, {}, {}});
  state_->set(std::move(value));
}

std::uint64_t Variable::id() const { return state_->id; }
const std::string& Variable::name() const { return state_->name; }
const Shape& Variable::shape() const { return state_->value.shape(); }
const Tensor& Variable::value() const { return state_->value; }

void Variable::assign(const Tensor& value) const {
  check<ShapeError>(
      value.defined() && value.shape() == shape(), "Variable",
      "the new value must have the shape of the old one, {}. Received: name={}, shape={}.", shape(),
      name(), value.defined() ? to_string(value.shape()) : "undefined");
  state_->set(value);
}

bool Variable::trainable() const { return state_->trainable; }

void Variable::set_trainable(bool trainable) const {
  state_->trainable = trainable;
  state_->set(state_->value);
}

const std::shared_ptr<const Regularizer>& Variable::regularizer() const {
  return state_->regularizer;
}

void Variable::set_regularizer(std::shared_ptr<const Regularizer> regularizer) const {
  state_->regularizer = std::move(regularizer);
}

const std::shared_ptr<const Constraint>& Variable::constraint() const { return state_->constraint; }

void Variable::set_constraint(std::shared_ptr<const Constraint> constraint) const {
  state_->constraint = std::move(constraint);
}

float* Variable::mutable_data() const {
  if (!TensorAccess::unique(state_->value)) {
    Tensor copy = TensorAccess::uninitialized(shape());
    const auto values = state_->value.values();
    std::copy(values.begin(), values.end(), TensorAccess::data(copy));
    state_->set(std::move(copy));
  }
  return TensorAccess::data(state_->value);
}

}  // namespace strata
