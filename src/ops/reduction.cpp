#include "strata/ops/reduction.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "kernels/reduction.hpp"
#include "kernels/strided.hpp"
#include "ops/inputs.hpp"
#include "ops/sum_to.hpp"
#include "strata/autodiff/record.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

using autodiff::InputGradients;

// What a reduction is about to do.
struct Plan {
  Shape kept;    // the outcome's shape with reduced axes of extent 1
  Shape result;  // as asked for
  kernels::Layout layout;
  Tensor x;  // its elements so that the reduced axes are neighbours

  Plan(const char* who, const Tensor& input, const Axes& axes, bool keepdims);

  std::int64_t count() const { return layout.extent; }

  template <class Kernel>
  Tensor run(Kernel kernel) const {
    Tensor outcome = TensorAccess::uninitialized(result);
    kernel(layout, x.data(), TensorAccess::data(outcome));
    return outcome;
  }
};

// Axes of extent 1 don't matter to where elements lie.
bool reduced_are_neighbours(const Shape& shape, const std::vector<bool>& reduced) {
  int changes = 0;
  bool inside = false;
  for (int i = 0; i < shape.rank(); ++i) {
    if (shape[i] == 1 || reduced[static_cast<std::size_t>(i)] == inside) continue;
    inside = !inside;
    ++changes;
  }
  return changes <= 2;
}

// Copied so that the kept axes come first and the reduced ones last.
Tensor reduced_last(const Tensor& x, const std::vector<bool>& reduced) {
  const kernels::Strides strides = kernels::strides_of(x.shape());
  Shape shape;
  kernels::Strides from{};
  for (const bool wanted : {false, true}) {
    for (int i = 0; i < x.rank(); ++i) {
      if (reduced[static_cast<std::size_t>(i)] != wanted) continue;
      from[static_cast<std::size_t>(shape.rank())] = strides[static_cast<std::size_t>(i)];
      shape.append(x.shape()[i]);
    }
  }
  Tensor result = TensorAccess::uninitialized(shape);
  kernels::copy(shape, x.data(), from, TensorAccess::data(result), kernels::strides_of(shape));
  return result;
}

Plan::Plan(const char* who, const Tensor& input, const Axes& axes, bool keepdims) {
  check_defined(who, input);
  const Shape& shape = input.shape();
  const std::vector<bool> reduced = axes.of(shape, who);
  const bool in_place = reduced_are_neighbours(shape, reduced);
  bool passed = false;
  for (int i = 0; i < shape.rank(); ++i) {
    const bool is_reduced = reduced[static_cast<std::size_t>(i)];
    kept.append(is_reduced ? 1 : shape[i]);
    if (!is_reduced || keepdims) result.append(kept[i]);
    if (is_reduced) {
      layout.extent *= shape[i];
      passed = passed || shape[i] != 1;
    } else {
      (passed && in_place ? layout.inner : layout.outer) *= shape[i];
    }
  }
  x = in_place ? input : reduced_last(input, reduced);
}

// One of `max` and `min`. The gradient is shared by all elements that equal the outcome.
template <class Kernel>
Tensor extreme(const char* who, const Tensor& x, const Axes& axes, bool keepdims, Kernel kernel) {
  const Plan plan(who, x, axes, keepdims);
  check<ShapeError>(plan.count() > 0 || plan.layout.outer * plan.layout.inner == 0, who,
                    "there must be elements along the reduced axes. Received: shape={}.",
                    x.shape());
  const Tensor y = plan.run(kernel);
  return autodiff::record(
      who, y, {x}, [x, y, kept = plan.kept](const Tensor& gradient, InputGradients& inputs) {
        const Tensor winners = equal(x, TensorAccess::reshaped(y, kept));
        const Tensor share = TensorAccess::reshaped(gradient, kept) / sum_to(winners, kept);
        inputs.add(0, winners * share);
      });
}

template <class Kernel>
Tensor index_of(const char* who, const Tensor& x, int axis, Kernel kernel) {
  constexpr std::int64_t kExact = 1 << 24;
  const Plan plan(who, x, Axes(axis), false);
  check<ShapeError>(plan.count() > 0 && plan.count() <= kExact, who,
                    "the axis must have between 1 and {} elements. Received: axis={}, shape={}.",
                    kExact, axis, x.shape());
  return plan.run(kernel);
}

// sum and mean: `factor` is what the sum is multiplied with.
Tensor scaled_sum(const char* who, const Tensor& x, const Plan& plan, double factor) {
  const auto kernel = [factor](const kernels::Layout& layout, const float* from, float* to) {
    kernels::sum(layout, from, factor, to);
  };
  return autodiff::record(who, plan.run(kernel), {x},
                          [shape = x.shape(), kept = plan.kept, scale = static_cast<float>(factor)](
                              const Tensor& gradient, InputGradients& inputs) {
                            const Tensor each = scale == 1.0f ? gradient : gradient * scale;
                            inputs.add(0, repeated(TensorAccess::reshaped(each, kept), shape));
                          });
}

}  // namespace

std::vector<bool> Axes::of(const Shape& shape, const char* who) const {
  std::vector<bool> reduced(static_cast<std::size_t>(shape.rank()), all_);
  for (const int axis : axes_) {
    const auto at = static_cast<std::size_t>(shape.axis(axis, who));
    check<ShapeError>(!reduced[at], who,
                      "an axis must not be named twice. Received: axes=[{}], shape={}.",
                      fmt::join(axes_, ", "), shape);
    reduced[at] = true;
  }
  return reduced;
}

Tensor repeated(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return TensorAccess::traced(x, {});
  Tensor result = TensorAccess::uninitialized(shape);
  kernels::copy(shape, x.data(), kernels::broadcast_strides(x.shape(), shape),
                TensorAccess::data(result), kernels::strides_of(shape));
  return result;
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return TensorAccess::traced(x, {});
  std::vector<int> axes;
  const int offset = x.rank() - shape.rank();
  for (int i = 0; i < x.rank(); ++i) {
    if (i < offset || (shape[i - offset] == 1 && x.shape()[i] != 1)) axes.push_back(i);
  }
  const Plan plan("ops::sum_to", x, Axes(axes), true);
  const Tensor total = plan.run([](const kernels::Layout& layout, const float* from, float* to) {
    kernels::sum(layout, from, 1.0, to);
  });
  return TensorAccess::reshaped(total, shape);
}

Tensor sum(const Tensor& x, const Axes& axes, bool keepdims) {
  const Plan plan("ops::sum", x, axes, keepdims);
  return scaled_sum("ops::sum", x, plan, 1.0);
}

Tensor mean(const Tensor& x, const Axes& axes, bool keepdims) {
  const Plan plan("ops::mean", x, axes, keepdims);
  return scaled_sum("ops::mean", x, plan, 1.0 / static_cast<double>(plan.count()));
}

Tensor sum(const std::vector<Tensor>& tensors) {
  constexpr const char* kWho = "ops::sum";
  double total = 0.0;
  std::vector<const Tensor*> inputs;
  std::vector<Shape> shapes;
  for (const Tensor& tensor : tensors) {
    check_defined(kWho, tensor);
    float part = 0.0f;
    kernels::sum({1, tensor.size(), 1}, tensor.data(), 1.0, &part);
    total += static_cast<double>(part);
    inputs.push_back(&tensor);
    shapes.push_back(tensor.shape());
  }
  return autodiff::record(
      kWho, Tensor(static_cast<float>(total)), inputs,
      [shapes = std::move(shapes)](const Tensor& gradient, InputGradients& gradients) {
        for (std::size_t i = 0; i < shapes.size(); ++i) {
          const int input = static_cast<int>(i);
          if (gradients.wanted(input)) gradients.add(input, repeated(gradient, shapes[i]));
        }
      });
}

// The mean's own gradient cancels out: sum(x - mean) = 0.
Tensor variance(const Tensor& x, const Axes& axes, bool keepdims) {
  check_defined("ops::variance", x);
  axes.of(x.shape(), "ops::variance");
  const Tensor center = mean(stop_gradient(x), axes, true);
  return mean(square(x - center), axes, keepdims);
}

Tensor max(const Tensor& x, const Axes& axes, bool keepdims) {
  return extreme("ops::max", x, axes, keepdims, kernels::max);
}

Tensor min(const Tensor& x, const Axes& axes, bool keepdims) {
  return extreme("ops::min", x, axes, keepdims, kernels::min);
}

// d/dx_i = the product of the others, which is prod / x_i but where something is 0.
Tensor prod(const Tensor& x, const Axes& axes, bool keepdims) {
  const Plan plan("ops::prod", x, axes, keepdims);
  return autodiff::record(
      "ops::prod", plan.run(kernels::prod), {x},
      [x, axes, kept = plan.kept](const Tensor& gradient, InputGradients& inputs) {
        const Tensor zero = equal(x, 0.0f);
        const Tensor zero_count = sum_to(zero, kept);
        const Tensor others = where(zero, 1.0f, x);
        const Tensor slope =
            where(equal(zero_count, zero), prod(others, axes, true) / others, 0.0f);
        inputs.add(0, slope * TensorAccess::reshaped(gradient, kept));
      });
}

// Shifted by the largest element where that is finite.   d/dx = exp(x - logsumexp)
Tensor logsumexp(const Tensor& x, const Axes& axes, bool keepdims) {
  const Plan plan("ops::logsumexp", x, axes, keepdims);
  const Tensor constant = stop_gradient(x);
  Tensor top = TensorAccess::reshaped(plan.run(kernels::max), plan.kept);
  top = where(isfinite(top), top, 0.0f);
  const Tensor value = log(sum_to(exp(constant - top), plan.kept)) + top;
  return autodiff::record(
      "ops::logsumexp", TensorAccess::reshaped(value, plan.result), {x},
      [constant, value, kept = plan.kept](const Tensor& gradient, InputGradients& inputs) {
        inputs.add(0, exp(constant - value) * TensorAccess::reshaped(gradient, kept));
      });
}

// d/dx = x / norm(x), and 0 where all are 0
Tensor norm(const Tensor& x, const Axes& axes, bool keepdims) {
  const Plan plan("ops::norm", x, axes, keepdims);
  const Tensor y = plan.run(kernels::norm);
  return autodiff::record("ops::norm", y, {x},
                          [x, y, kept = plan.kept](const Tensor& gradient, InputGradients& inputs) {
                            const Tensor length = TensorAccess::reshaped(y, kept);
                            const Tensor scale =
                                where(equal(length, 0.0f), 0.0f,
                                      TensorAccess::reshaped(gradient, kept) / length);
                            inputs.add(0, x * scale);
                          });
}

Tensor argmax(const Tensor& x, int axis) {
  return index_of("ops::argmax", x, axis, kernels::argmax);
}

Tensor argmin(const Tensor& x, int axis) {
  return index_of("ops::argmin", x, axis, kernels::argmin);
}

}  // namespace strata::ops
