// Degenerate shapes, and what every op must do with them: return a result of the right shape with
// gradients in the shapes of its inputs, or raise one of Strata's errors.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ops/samples.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/core/errors.hpp"
#include "strata/ops/reduction.hpp"
#include "support/matchers.hpp"

namespace strata::testing {

/// Scalars, vectors, and extents of 0 and 1 at every position, up to the highest rank.
inline std::vector<Shape> degenerate_shapes() {
  return {{},
          {0},
          {1},
          {3},
          {0, 3},
          {3, 0},
          {0, 0},
          {1, 1},
          {1, 3},
          {3, 1},
          {0, 1},
          {1, 0},
          {2, 0, 3},
          {0, 2, 3},
          {2, 3, 0},
          {1, 2, 0},
          {1, 1, 1},
          {1, 2, 3},
          {2, 3, 1},
          {2, 1, 3},
          {1, 0, 1, 2},
          {1, 1, 1, 1},
          {2, 1, 3, 1},
          {0, 2, 1, 3},
          {1, 1, 1, 1, 1, 1, 1, 2},
          {0, 1, 2, 1, 1, 1, 1, 1}};
}

/// Those of at most `rank` axes.
inline std::vector<Shape> degenerate_shapes_up_to(int rank) {
  std::vector<Shape> shapes = degenerate_shapes();
  std::erase_if(shapes, [rank](const Shape& shape) { return shape.rank() > rank; });
  return shapes;
}

/// An op of several inputs; its result may depend on them in any way.
using Op = std::function<Tensor(const std::vector<Tensor>&)>;
/// The result's shape; empty if an error must be raised.
using Expected = std::optional<Shape>;

inline std::string described(const std::string& name, const std::vector<Tensor>& inputs) {
  std::string text = name;
  for (const Tensor& input : inputs) text += " " + to_string(input.shape());
  return text;
}

/// Checks the result's shape with and without a tape, and the shapes of the gradients. Returns the
/// result, which is undefined if an error was raised.
inline Tensor output_of(const std::string& name, const Op& op, const std::vector<Tensor>& inputs,
                        const Expected& expected, bool differentiable = true) {
  SCOPED_TRACE(described(name, inputs));
  if (!expected) {
    EXPECT_THROW(op(inputs), InvalidArgument);
    return {};
  }
  try {
    const Tensor output = op(inputs);
    EXPECT_EQ(output.shape(), *expected);
    GradientTape tape;
    std::vector<Tensor> watched;
    for (const Tensor& input : inputs) watched.push_back(tape.watch(input));
    const Tensor again = op(watched);
    EXPECT_EQ(again.shape(), *expected);
    const std::vector<Tensor> gradients = tape.gradient(ops::sum(again), watched);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      EXPECT_EQ(gradients[i].defined(), differentiable);
      if (!differentiable || !gradients[i].defined()) continue;
      EXPECT_EQ(gradients[i].shape(), inputs[i].shape());
      for (const float value : gradients[i].values())
        EXPECT_TRUE(output.size() > 0 || value == 0.0f) << value;
    }
    return output;
  } catch (const std::exception& error) {
    ADD_FAILURE() << error.what();
    return {};
  }
}

/// Whether all elements are equal; NaN equals NaN.
inline bool same_elements(const Tensor& a, const Tensor& b) {
  return std::equal(
      a.values().begin(), a.values().end(), b.values().begin(), b.values().end(),
      [](float x, float y) { return x == y || (x != x && y != y); });  // NOLINT(misc-redundant-*)
}

}  // namespace strata::testing
