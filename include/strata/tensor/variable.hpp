// Variable: a weight, with its name, path and axes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "strata/tensor/tensor.hpp"
#include "strata/tensor/weight_axes.hpp"

namespace strata {

class Constraint;
class Regularizer;

struct VariableOptions {
  bool trainable = true;
  std::string path = {};  ///< Default: the name.
  WeightAxes axes = {};   ///< Default: none that rules by groups may use.
  bool integer = false;   ///< Whether it is a whole number, which files hold as an integer.
};

/// A named weight that can be assigned to. Copies are the same weight: all see an assignment.
/// It converts to the `Tensor` of its present value; that tensor does not change when the variable
/// is assigned to later.
///
/// A tape follows the values read from a trainable variable (by `value()` or the conversion) since
/// the tape was made, whatever is assigned afterwards. What was read before is a constant to it:
///
///     const Tensor start = w;                                      // a constant to every later tape
///     GradientTape tape;
///     const Tensor distance = ops::sum(ops::square(w - start));    // d/dw = 2 (w - start)
class Variable {
 public:
  /// No weight: `!defined()`. What is asked of it raises StateError.
  Variable() = default;
  Variable(std::string name, Tensor value, bool trainable = true);
  /// Raises InvalidArgument on axes that the value does not have.
  Variable(std::string name, Tensor value, VariableOptions options);

  bool defined() const { return state_ != nullptr; }
  /// Unique in the process, and never that of another variable again.
  std::uint64_t id() const;
  const std::string& name() const;
  /// The name behind those of the layers in whose build or call the weight was made:
  /// `sequential/dense/kernel`. It stays as it is, as in Keras: a layer that was built before it was
  /// added to a model has weights without the model's name. `Layer::named_weights()` gives paths
  /// that follow from the model instead, and are unique in it.
  const std::string& path() const;
  const Shape& shape() const;
  /// Which axes its layer's inputs and outputs run along.
  const WeightAxes& axes() const;

  /// Whether it is a whole number, which files hold as an integer.
  bool integer() const;

  /// The present value, whose elements are shared, not copied. If the variable is trainable, the
  /// tapes that are alive now follow the returned value. Any number of threads may read at once as
  /// long as none assigns.
  Tensor value() const;
  operator Tensor() const { return value(); }

  /// Replaces the value. Raises ShapeError if the shape differs.
  void assign(const Tensor& value) const;

  bool trainable() const;
  void set_trainable(bool trainable) const;

  /// The penalty on this weight, or null; it counts from the next look at the layer's losses. Here
  /// and below, setting one raises InvalidArgument if the weight has never been trainable.
  const std::shared_ptr<const Regularizer>& regularizer() const;
  void set_regularizer(std::shared_ptr<const Regularizer> regularizer) const;

  /// What the weight is projected with after each update, or null.
  const std::shared_ptr<const Constraint>& constraint() const;
  void set_constraint(std::shared_ptr<const Constraint> constraint) const;

  /// For optimizers: the elements, writable in place. Tensors handed out before keep their values.
  float* mutable_data() const;

  friend bool operator==(const Variable& a, const Variable& b) { return a.state_ == b.state_; }

 private:
  struct State;
  State& state() const;
  std::shared_ptr<State> state_;
};

}  // namespace strata
