// Ops for which axes have a role (products, transposition, indexing, windows, normalization,
// crossentropies) over degenerate shapes.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "ops/crossentropy.hpp"
#include "ops/degenerate_shapes.hpp"
#include "ops/fused_activation.hpp"
#include "strata/ops/ops.hpp"

namespace strata::testing {
namespace {

Op with_one(std::function<Tensor(const Tensor&)> op) {
  return [op = std::move(op)](const std::vector<Tensor>& inputs) { return op(inputs[0]); };
}

// NumPy's rule for the shape of products of matrices and vectors.
Expected product_shape(const Shape& a, const Shape& b) {
  if (a.rank() == 0 || b.rank() == 0) return std::nullopt;
  if (a.back() != (b.rank() == 1 ? b[0] : b[b.rank() - 2])) return std::nullopt;
  std::vector<std::int64_t> extents;
  for (int i = 3; i <= std::max(a.rank(), b.rank()); ++i) {
    const std::int64_t one = i <= a.rank() ? a[a.rank() - i] : 1;
    const std::int64_t other = i <= b.rank() ? b[b.rank() - i] : 1;
    if (one != other && one != 1 && other != 1) return std::nullopt;
    extents.insert(extents.begin(), one == 1 ? other : one);
  }
  if (a.rank() > 1) extents.push_back(a[a.rank() - 2]);
  if (b.rank() > 1) extents.push_back(b.back());
  return Shape(extents);
}

// With factors of ones, all elements of the product are the inner extent, and those of the
// gradients the other extents.
TEST(DegenerateShapes, OfMatmul) {
  const Op product = [](const auto& inputs) { return ops::matmul(inputs[0], inputs[1]); };
  std::vector<Shape> shapes = degenerate_shapes_up_to(4);
  for (const Shape& more : {Shape{0, 2, 3},
                            {0, 3, 4},
                            {0, 3, 0},
                            {1, 3, 2},
                            {20, 3, 0},
                            {20, 0, 3},
                            {20, 1, 0, 3},
                            {1, 20, 3, 2}})
    shapes.push_back(more);
  for (const Shape& a : shapes) {
    for (const Shape& b : shapes) {
      const Tensor y =
          output_of("matmul", product, {ops::ones(a), ops::ones(b)}, product_shape(a, b));
      for (std::int64_t i = 0; y.defined() && i < y.size(); ++i)
        EXPECT_EQ(y.values()[static_cast<std::size_t>(i)], static_cast<float>(a.back()));
    }
  }
}

TEST(DegenerateShapes, OfDense) {
  using ops::FusedActivation;
  for (const Shape& shape : degenerate_shapes()) {
    for (const std::int64_t units : {0, 1, 5}) {
      for (const FusedActivation activation : {FusedActivation::linear, FusedActivation::relu,
                                               FusedActivation::sigmoid, FusedActivation::tanh}) {
        const std::int64_t in = shape.rank() == 0 ? 1 : shape.back();
        const Expected expected =
            shape.rank() < 2 ? Expected() : Expected(shape.with(shape.rank() - 1, units));
        const std::vector<Tensor> inputs = {sample(shape), sample({in, units}), sample({units})};
        output_of(
            "dense", [&](const auto& of) { return ops::dense(of[0], of[1], of[2], activation); },
            inputs, expected);
        output_of(
            "dense without bias",
            [&](const auto& of) { return ops::dense(of[0], of[1], {}, activation); },
            {inputs[0], inputs[1]}, expected);
      }
    }
  }
}

TEST(DegenerateShapes, OfNewTensors) {
  for (const Shape& shape : degenerate_shapes()) {
    EXPECT_EQ(ops::zeros(shape).shape(), shape);
    EXPECT_EQ(ops::ones(shape).shape(), shape);
    EXPECT_EQ(ops::full(shape, 2.0f).size(), shape.element_count());
  }
  for (const std::int64_t rows : {0, 1, 3}) {
    EXPECT_EQ(ops::eye(rows).shape(), (Shape{rows, rows}));
    for (const std::int64_t columns : {0, 1, 3})
      EXPECT_EQ(ops::sum(ops::eye(rows, columns)).item(),
                static_cast<float>(std::min(rows, columns)));
  }
  EXPECT_EQ(ops::arange(0.0f, 0.0f).shape(), Shape{0});
  EXPECT_EQ(ops::arange(3.0f, 0.0f).shape(), Shape{0});
  EXPECT_EQ(ops::arange(0.0f, 0.5f).shape(), Shape{1});
  EXPECT_THROW(ops::arange(0.0f, 1.0f, 0.0f), InvalidArgument);
}

TEST(DegenerateShapes, OfReshapingOnes) {
  for (const Shape& shape : degenerate_shapes()) {
    const Tensor x = sample(shape);
    const std::int64_t size = x.size();
    output_of("reshape", with_one([&](const Tensor& t) { return ops::reshape(t, {size}); }), {x},
              Shape{size});
    output_of("reshape", with_one([](const Tensor& t) { return ops::reshape(t, {-1}); }), {x},
              Shape{size});
    output_of("reshape", with_one([](const Tensor& t) {
                return ops::reshape(t, {-1, 0});
              }),
              {x},
              std::nullopt);  // any extent would fit, so -1 is ambiguous
    output_of("reshape", with_one([](const Tensor& t) {
                return ops::reshape(t, {0, 5});
              }),
              {x}, size == 0 ? Expected(Shape{0, 5}) : std::nullopt);
    Shape squeezed;
    for (const std::int64_t extent : shape)
      if (extent != 1) squeezed.append(extent);
    output_of("squeeze", with_one([](const Tensor& t) { return ops::squeeze(t); }), {x}, squeezed);
    Shape reversed;
    for (int i = shape.rank(); i-- > 0;) reversed.append(shape[i]);
    output_of("transpose", with_one([](const Tensor& t) { return ops::transpose(t); }), {x},
              reversed);
    for (int axis = -1; axis <= shape.rank(); ++axis) {
      const bool there = axis >= 0 && axis < shape.rank();
      if (axis >= 0) {
        output_of("squeeze", with_one([=](const Tensor& t) { return ops::squeeze(t, axis); }), {x},
                  there && shape[axis] == 1 ? Expected(shape.without(axis)) : std::nullopt);
      }
      Shape expanded;
      for (int i = 0; i <= shape.rank() && shape.rank() < Shape::kMaxRank; ++i) {
        if (i == (axis < 0 ? shape.rank() : axis)) expanded.append(1);
        if (i < shape.rank()) expanded.append(shape[i]);
      }
      output_of("expand_dims", with_one([=](const Tensor& t) { return ops::expand_dims(t, axis); }),
                {x}, shape.rank() < Shape::kMaxRank ? Expected(expanded) : std::nullopt);
    }
  }
}

TEST(DegenerateShapes, OfMovingOnes) {
  for (const Shape& shape : degenerate_shapes()) {
    const Tensor x = sample(shape);
    const std::vector<std::int64_t> zeros(static_cast<std::size_t>(shape.rank()), 0);
    const std::vector<std::int64_t> all(zeros.size(), -1);
    const Tensor whole = output_of(
        "slice", with_one([&](const Tensor& t) { return ops::slice(t, Shape(zeros), Shape(all)); }),
        {x}, shape);
    EXPECT_TRUE(same_elements(whole, x));
    output_of("broadcast_to",
              with_one([&](const Tensor& t) { return ops::broadcast_to(t, shape); }), {x}, shape);
    output_of("pad", with_one([&](const Tensor& t) {
                return ops::pad(
                    t, std::vector<std::pair<std::int64_t, std::int64_t>>(zeros.size(), {0, 0}));
              }),
              {x}, shape);
    const Op join = [](const auto& of) { return ops::concatenate({of[0], of[1]}, 0); };
    output_of("concatenate", join, {x, x},
              shape.rank() == 0 ? Expected() : Expected(shape.with(0, 2 * shape[0])));
    for (int axis = 0; axis < shape.rank(); ++axis) {
      output_of(
          "concatenate",
          [=](const auto& of) {
            return ops::concatenate({of[0], of[1]}, axis);
          },
          {x, sample(shape.with(axis, 0))}, shape);
      for (const std::int64_t start : {std::int64_t{0}, shape[axis]}) {
        output_of("slice of nothing", with_one([&](const Tensor& t) {
                    return ops::slice(t, Shape(zeros).with(axis, start), Shape(all).with(axis, 0));
                  }),
                  {x}, shape.with(axis, 0));
      }
      std::vector<std::pair<std::int64_t, std::int64_t>> padding(zeros.size(), {0, 0});
      padding[static_cast<std::size_t>(axis)] = {1, 2};
      output_of("pad", with_one([&](const Tensor& t) { return ops::pad(t, padding, 1.0f); }), {x},
                shape.with(axis, shape[axis] + 3));
      output_of("broadcast_to nothing", with_one([&](const Tensor& t) {
                  return ops::broadcast_to(t, shape.with(axis, 0));
                }),
                {x}, shape[axis] <= 1 ? Expected(shape.with(axis, 0)) : std::nullopt);
    }
    if (shape.rank() == Shape::kMaxRank) continue;
    for (int axis = 0; axis <= shape.rank(); ++axis) {
      Shape stacked = ops::expand_dims(x, axis).shape();
      stacked[axis] = 2;
      output_of(
          "stack",
          [=](const auto& of) {
            return ops::stack({of[0], of[1]}, axis);
          },
          {x, x}, stacked);
    }
  }
  EXPECT_THROW(ops::concatenate({}), InvalidArgument);
  EXPECT_THROW(ops::stack({}), InvalidArgument);
}

TEST(DegenerateShapes, OfIndexing) {
  for (const Shape& shape : degenerate_shapes_up_to(4)) {
    const Tensor x = sample(shape);
    for (int axis = 0; axis < std::max(shape.rank(), 1); ++axis) {
      for (const Shape& places : degenerate_shapes_up_to(2)) {
        const bool there = axis < shape.rank();
        Shape expected;
        for (int i = 0; there && i < axis; ++i) expected.append(shape[i]);
        for (const std::int64_t extent : places) expected.append(extent);
        for (int i = axis + 1; i < shape.rank(); ++i) expected.append(shape[i]);
        const bool fits = there && (shape[axis] > 0 || places.element_count() == 0);
        output_of("gather", with_one([&](const Tensor& t) {
                    return ops::gather(t, ops::zeros(places), axis);
                  }),
                  {x}, fits ? Expected(expected) : std::nullopt);
      }
    }
    Shape hot = shape;
    hot.append(3);
    const auto one_hot = [](const Tensor& t) { return ops::one_hot(ops::zeros_like(t), 3); };
    const Tensor y = output_of("one_hot", with_one(one_hot), {x}, hot, false);
    EXPECT_EQ(ops::sum(y).item(), static_cast<float>(x.size()));
  }
}

TEST(DegenerateShapes, OfNormalization) {
  for (const Shape& shape : degenerate_shapes()) {
    const Tensor x = sample(shape);
    for (int axis = 0; axis < std::max(shape.rank(), 1); ++axis) {
      const Expected expected = axis < shape.rank() ? Expected(shape) : std::nullopt;
      for (auto* op : {ops::softmax, ops::log_softmax})
        output_of("softmax", with_one([=](const Tensor& t) { return op(t, axis); }), {x}, expected);
      output_of("l2_normalize",
                with_one([=](const Tensor& t) { return ops::l2_normalize(t, axis); }), {x},
                expected);
      const std::int64_t channels = axis < shape.rank() ? shape[axis] : 1;
      output_of(
          "batch_normalize",
          [=](const auto& of) {
            return ops::batch_normalize(of[0], of[1], of[2], axis, 1e-3f).outputs;
          },
          {x, sample({channels}), sample({channels})}, expected);
      output_of("batch_normalize", with_one([=](const Tensor& t) {
                  return ops::batch_normalize(t, {}, {}, axis, 1e-3f).outputs;
                }),
                {x}, expected);
    }
  }
}

// The output shape of windows over the input, empty if the op must raise.
Expected windowed(const Shape& x, std::int64_t window, int stride, ops::Padding padding,
                  std::int64_t channels) {
  if (x.rank() < 3 || x.rank() > 5) return std::nullopt;
  if (padding == ops::Padding::causal && x.rank() > 3) return std::nullopt;
  Shape result = x;
  for (int i = 1; i + 1 < x.rank(); ++i) {
    const bool padded = padding != ops::Padding::valid;
    const std::int64_t room = x[i] - (padded ? 1 : window);
    if (window == 0 || x[i] == 0 || room < 0) return std::nullopt;
    result[i] = room / stride + 1;
  }
  result[x.rank() - 1] = channels;
  return result;
}

std::vector<Shape> windowed_shapes() {
  std::vector<Shape> shapes = degenerate_shapes_up_to(4);
  for (const Shape& more : {Shape{0, 4, 2},
                            {0, 3, 4, 2},
                            {2, 1, 1, 2},
                            {2, 1, 4, 1},
                            {0, 3, 3, 3, 1},
                            {1, 1, 1, 1, 1},
                            {2, 0, 3, 3, 1},
                            {2, 3, 3, 3, 0},
                            {0, 28, 28, 1},
                            {0, 9, 9, 32},
                            {1, 9, 9, 0}})
    shapes.push_back(more);
  return shapes;
}

TEST(DegenerateShapes, OfConvolutions) {
  using ops::FusedActivation;
  for (const Shape& shape : windowed_shapes()) {
    for (const std::int64_t window : {0, 1, 2}) {
      for (const std::int64_t filters : {0, 1, 8}) {
        for (const int stride : {1, 2}) {
          for (const auto padding :
               {ops::Padding::valid, ops::Padding::same, ops::Padding::causal}) {
            Shape kernel = shape;
            for (int i = 0; i + 2 < shape.rank(); ++i) kernel[i] = window;
            if (shape.rank() >= 2) kernel[shape.rank() - 2] = shape.back();
            if (shape.rank() >= 1) kernel[shape.rank() - 1] = filters;
            Expected expected = windowed(shape, window, stride, padding, filters);
            if (expected && (filters == 0 || shape.back() == 0)) expected.reset();
            output_of(
                "convolution",
                [=](const auto& of) {
                  return ops::convolution(of[0], of[1], of[2],
                                          {.strides = {stride, stride, stride}, .padding = padding},
                                          FusedActivation::relu);
                },
                {sample(shape), sample(kernel), sample({filters})}, expected);
          }
        }
      }
    }
  }
}

TEST(DegenerateShapes, OfPooling) {
  for (const Shape& shape : windowed_shapes()) {
    for (const int window : {0, 1, 2}) {
      for (const int stride : {1, 2}) {
        for (const auto padding : {ops::Padding::valid, ops::Padding::same, ops::Padding::causal}) {
          Expected expected;
          if (padding != ops::Padding::causal && shape.rank() > 0)
            expected = windowed(shape, window, stride, padding, shape.back());
          for (auto* op : {ops::max_pool, ops::average_pool}) {
            output_of("pool", with_one([=](const Tensor& t) {
                        return op(t, {.window = {window, window, window},
                                      .strides = {stride, stride, stride},
                                      .padding = padding});
                      }),
                      {sample(shape)}, expected);
          }
        }
      }
    }
  }
}

TEST(DegenerateShapes, OfCrossentropies) {
  for (const Shape& shape : degenerate_shapes()) {
    const Tensor targets = sample(shape, 0.1f, 0.9f, 1);
    const Tensor predictions = sample(shape, 0.1f, 0.9f, 2);
    for (int axis = 0; axis < std::max(shape.rank(), 1); ++axis) {
      const bool there = axis < shape.rank();
      const Expected expected = there ? Expected(shape.without(axis)) : std::nullopt;
      for (const bool from_logits : {false, true}) {
        const ops::CrossentropyOptions options{.from_logits = from_logits, .axis = axis};
        const Tensor binary = output_of(
            "binary_crossentropy",
            [=](const auto& of) { return ops::binary_crossentropy(of[0], of[1], options); },
            {targets, predictions}, expected);
        const Tensor categorical = output_of(
            "categorical_crossentropy",
            [=](const auto& of) { return ops::categorical_crossentropy(of[0], of[1], options); },
            {targets, predictions}, expected);
        const bool no_classes = there && shape[axis] == 0;
        for (std::int64_t i = 0; there && i < expected->element_count(); ++i) {
          const auto place = static_cast<std::size_t>(i);
          EXPECT_EQ(std::isnan(binary.values()[place]), no_classes);
          EXPECT_EQ(categorical.values()[place] < 1e-6f, no_classes || shape[axis] == 1)
              << to_string(shape) << axis << from_logits;
        }
        const Tensor labels = there ? ops::zeros(shape.without(axis)) : ops::zeros({});
        const bool fits = there && !(no_classes && labels.size() > 0);
        output_of("sparse_categorical_crossentropy", with_one([=](const Tensor& t) {
                    return ops::sparse_categorical_crossentropy(
                        labels, t, {.from_logits = from_logits, .axis = axis});
                  }),
                  {predictions}, fits ? expected : std::nullopt);
      }
    }
  }
}

}  // namespace
}  // namespace strata::testing
