// For code that uses xtensor itself: its headers, wherever the installed version (0.24 - 0.27)
// keeps them, and the ways between its arrays and tensors.
//
//     as_xtensor(tensor)                  a view of a tensor, without a copy
//     to_xtensor(tensor)                  an xarray of its own
//     from_xtensor(std::move(array))      a tensor that takes an array over, without a copy
//     Tensor(array)                       a copy of any array or expression; needs no header
//     xtensor_op, xtensor_penalty         ops and penalties written as xtensor expressions
//
// What xtensor evaluates runs on the calling thread. Strata's own ops (include/strata/ops) don't
// use xtensor: its strided moves, broadcasting and reductions were measured 2 to 30 times slower
// (0.24), serial, and summed in another order. So prefer an op where there is one; element by
// element and without broadcasting, an expression is evaluated in one pass over memory.
//
// CMake: link `strata::xtensor`; pkg-config: `strata-xtensor`.
#pragma once

#if __has_include(<xtensor/containers/xadapt.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xarray.hpp>
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/core/xmath.hpp>
#include <xtensor/core/xnoalias.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xtensor.hpp>
#endif

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "strata/autodiff/record.hpp"
#include "strata/core/buffer.hpp"
#include "strata/core/errors.hpp"
#include "strata/tensor/shape.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata {

/// A view of a tensor's elements as an xtensor expression: constant, row-major, and valid for as
/// long as it lives, since it shares the tensor's elements. No tape follows what is computed from
/// it.
using XtensorView = xt::xarray_adaptor<
    xt::xbuffer_adaptor<const float*, xt::smart_ownership, std::shared_ptr<const Tensor>>,
    xt::layout_type::row_major, xt::dynamic_shape<std::size_t>>;

namespace xtensor_bridge {

using Extents = xt::dynamic_shape<std::size_t>;

inline Extents extents_of(const Shape& shape) { return Extents(shape.begin(), shape.end()); }

inline void check_defined(const char* who, const Tensor& tensor) {
  if (!tensor.defined()) {
    throw InvalidArgument(std::string(who) +
                          ": the tensor must be defined. Received: an undefined tensor.");
  }
}

/// The shape of an expression, or of a number.
template <class E>
Shape shape_of(const char* who, const E& expression) {
  Shape shape;
  if constexpr (!std::is_arithmetic_v<E>) {
    try {
      for (const auto extent : expression.shape()) shape.append(static_cast<std::int64_t>(extent));
    } catch (const xt::broadcast_error& error) {
      throw ShapeError(std::string(who) +
                       ": the shapes in an expression must broadcast. Received: " + error.what());
    }
  }
  return shape;
}

/// Evaluates an expression of the given shape to where `to` points, or adds it there.
template <class E>
void evaluate(const E& expression, const Shape& shape, float* to, bool add) {
  if constexpr (std::is_arithmetic_v<E>) {
    *to = add ? *to + static_cast<float>(expression) : static_cast<float>(expression);
  } else {
    const auto size = static_cast<std::size_t>(shape.element_count());
    float* const data = to;
    auto target =
        xt::adapt<xt::layout_type::row_major>(data, size, xt::no_ownership(), extents_of(shape));
    if (add) {
      xt::noalias(target) += expression;
    } else {
      xt::noalias(target) = expression;
    }
  }
}

template <class E>
Tensor evaluated(const E& expression, const Shape& shape) {
  Tensor result = TensorAccess::uninitialized(shape);
  evaluate(expression, shape, TensorAccess::data(result), false);
  return result;
}

/// Adds the value of an expression to the gradient of an input.
template <class E>
void add_gradient(const char* who, autodiff::InputGradients& gradients, int input,
                  const Shape& shape, const E& expression) {
  const Shape found = shape_of(who, expression);
  if (!(found == shape)) {
    throw ShapeError(std::string(who) + ": the gradient of input " + std::to_string(input) +
                     " must have the input's shape, " + to_string(shape) +
                     ". Received: shape=" + to_string(found) + ".");
  }
  if (float* const sum = gradients.accumulated(input))
    return evaluate(expression, shape, sum, true);
  gradients.add(input, evaluated(expression, shape));
}

/// Whether an array owns its elements, as an adaptor doesn't.
template <class A>
inline constexpr bool kOwnsElements = false;
template <class EC, xt::layout_type L, class SC, class Tag>
inline constexpr bool kOwnsElements<xt::xarray_container<EC, L, SC, Tag>> = true;
template <class EC, std::size_t N, xt::layout_type L, class Tag>
inline constexpr bool kOwnsElements<xt::xtensor_container<EC, N, L, Tag>> = true;

/// `xt::xarray<float>` or `xt::xtensor<float, N>`, row-major and not constant.
template <class A>
concept Adoptable =
    !std::is_reference_v<A> && kOwnsElements<A> && std::same_as<typename A::value_type, float> &&
    A::static_layout == xt::layout_type::row_major;

}  // namespace xtensor_bridge

/// The view of a tensor; see `XtensorView`. Raises InvalidArgument if the tensor is undefined.
inline XtensorView as_xtensor(const Tensor& tensor) {
  xtensor_bridge::check_defined("as_xtensor", tensor);
  return xt::adapt_smart_ptr<xt::layout_type::row_major>(tensor.data(),
                                                         xtensor_bridge::extents_of(tensor.shape()),
                                                         std::make_shared<const Tensor>(tensor));
}

/// A copy of the tensor. Raises InvalidArgument if it is undefined.
inline xt::xarray<float> to_xtensor(const Tensor& tensor) {
  xtensor_bridge::check_defined("to_xtensor", tensor);
  return as_xtensor(tensor);
}

/// A tensor that takes over the elements of an `xt::xarray<float>&&` or `xt::xtensor<float, N>&&`,
/// without a copy; the array may be assigned to or destroyed afterwards, nothing else. Only
/// row-major arrays of float can be taken over, others don't compile: `Tensor(array)` copies them.
/// The elements are returned to where they came from, not to Strata's pool of buffers, when the
/// last tensor that shares them is destroyed.
template <class A>
requires xtensor_bridge::Adoptable<A> Tensor from_xtensor(A&& array) {
  Shape shape;
  for (const auto extent : array.shape()) shape.append(static_cast<std::int64_t>(extent));
  if (shape.element_count() == 0) return TensorAccess::uninitialized(shape);
  auto owner = std::make_unique<A>(std::move(array));
  Buffer buffer = Buffer::adopted(owner->data(), owner.get(),
                                  [](void* adopted) noexcept { delete static_cast<A*>(adopted); });
  owner.release();
  return TensorAccess::of(shape, std::move(buffer));
}

/// An op written as xtensor expressions: its value, and one gradient per input. `value` is called
/// with a view of each input, a gradient with views of the output's gradient and of each input:
///
///     // hypot(a, b) = sqrt(a^2 + b^2)
///     Tensor hypot(const Tensor& a, const Tensor& b) {
///       return xtensor_op(
///           "hypot", {a, b},
///           [](const auto& x, const auto& y) { return xt::sqrt(x * x + y * y); },
///           [](const auto& upstream, const auto& x, const auto& y) {
///             return upstream * x / xt::sqrt(x * x + y * y);
///           },
///           [](const auto& upstream, const auto& x, const auto& y) {
///             return upstream * y / xt::sqrt(x * x + y * y);
///           });
///     }
///
/// Expressions are evaluated straight into the result's and the gradient's elements; that of an
/// input whose gradient nobody wants is not called. A gradient must have its input's shape: where
/// the value broadcasts an input, its gradient must be summed.
///
/// As everywhere in xtensor, an expression refers to the lvalues in it and evaluates later. So take
/// views by `const auto&`, as above, and return no expression of a variable of the function itself:
/// make that an `xt::eval` that is moved in. `name` must outlive the tape; a literal does.
///
/// Raises InvalidArgument if an input is undefined, ShapeError if shapes in an expression don't
/// broadcast and if a gradient doesn't have its input's shape.
template <std::size_t N, class Value, class... Gradients>
requires(N == sizeof...(Gradients)) Tensor xtensor_op(const char* name, const Tensor (&inputs)[N],
                                                      const Value& value, Gradients... gradients) {
  const std::array<Tensor, N> tensors = std::to_array(inputs);
  std::array<const Tensor*, N> pointers;
  for (std::size_t i = 0; i < N; ++i) {
    xtensor_bridge::check_defined(name, tensors[i]);
    pointers[i] = &tensors[i];
  }
  const auto with_views = [](const std::array<Tensor, N>& of, const auto& function) {
    const auto views = std::apply(
        [](const auto&... tensor) { return std::make_tuple(as_xtensor(tensor)...); }, of);
    return std::apply(function, views);
  };
  Tensor output = with_views(tensors, [&](const auto&... x) {
    const auto& expression = value(x...);
    return xtensor_bridge::evaluated(expression, xtensor_bridge::shape_of(name, expression));
  });
  return autodiff::record(
      name, std::move(output), std::span<const Tensor* const>(pointers),
      [name, tensors, with_views, all = std::make_tuple(std::move(gradients)...)](
          const Tensor& gradient, autodiff::InputGradients& sums) {
        const XtensorView upstream = as_xtensor(gradient);
        with_views(tensors, [&](const auto&... x) {
          const auto add = [&](std::size_t i, const auto& of_input) {
            const int input = static_cast<int>(i);
            if (!sums.wanted(input)) return;
            xtensor_bridge::add_gradient(name, sums, input, tensors[i].shape(),
                                         of_input(upstream, x...));
          };
          std::apply(
              [&](const auto&... of_input) {
                std::size_t i = 0;
                (add(i++, of_input), ...);
              },
              all);
        });
      });
}

/// A penalty written as xtensor expressions: `value` of a view of x, a number, and `gradient`, its
/// derivative for each element of x.
///
///     // factor * sum(log(1 + x^2))
///     Tensor operator()(const Tensor& x) const override {
///       return xtensor_penalty(
///           "Cauchy", x,
///           [&](const auto& w) { return factor_ * xt::sum(xt::log1p(w * w)); },
///           [factor = factor_](const auto& w) { return factor * 2.0f * w / (1.0f + w * w); });
///     }
///
/// The same as `xtensor_op` otherwise. Raises ShapeError if the value is not a single number.
template <class Value, class Gradient>
Tensor xtensor_penalty(const char* name, const Tensor& x, const Value& value, Gradient gradient) {
  xtensor_bridge::check_defined(name, x);
  const XtensorView view = as_xtensor(x);
  const auto& expression = value(view);
  const Shape shape = xtensor_bridge::shape_of(name, expression);
  if (shape.rank() != 0) {
    throw ShapeError(std::string(name) + ": a penalty must be a single number. Received: shape=" +
                     to_string(shape) + ".");
  }
  return autodiff::record(name, xtensor_bridge::evaluated(expression, shape), {x},
                          [name, x, gradient = std::move(gradient)](
                              const Tensor& upstream, autodiff::InputGradients& sums) {
                            if (!sums.wanted(0)) return;
                            const XtensorView view_of_x = as_xtensor(x);
                            const float factor = upstream.item();
                            xtensor_bridge::add_gradient(name, sums, 0, x.shape(),
                                                         factor * gradient(view_of_x));
                          });
}

}  // namespace strata
