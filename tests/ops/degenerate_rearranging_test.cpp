// The ops that rearrange, sort, accumulate and multiply over named axes, over degenerate shapes.
#include <gtest/gtest.h>

#include <optional>

#include "ops/degenerate_shapes.hpp"
#include "strata/ops/ops.hpp"

namespace strata::testing {
namespace {

Op of_one(std::function<Tensor(const Tensor&)> op) {
  return [op = std::move(op)](const std::vector<Tensor>& inputs) { return op(inputs[0]); };
}

// The shape itself, unless it is a scalar's.
Expected same_with_axes(const Shape& shape) {
  return shape.rank() == 0 ? Expected() : Expected(shape);
}

TEST(DegenerateShapes, OfRearrangingOps) {
  for (const Shape& shape : degenerate_shapes()) {
    const std::vector<Tensor> x = {sample(shape)};
    const std::int64_t size = shape.element_count();
    const int last = shape.rank() - 1;
    const Shape with_axis = shape.rank() == 0 ? Shape{1} : shape;
    const Shape twice = with_axis.with(with_axis.rank() - 1, 2 * with_axis.back());
    output_of("tile", of_one([](auto& v) { return ops::tile(v, {2}); }), x, twice);
    output_of("tile by 0", of_one([](auto& v) { return ops::tile(v, {0}); }), x,
              with_axis.with(with_axis.rank() - 1, 0));
    output_of("repeat", of_one([](auto& v) { return ops::repeat(v, 2); }), x, Shape{2 * size});
    output_of("repeat along -1", of_one([](auto& v) { return ops::repeat(v, 2, -1); }), x,
              last < 0 ? Expected() : Expected(twice));
    output_of("flip", of_one([](auto& v) { return ops::flip(v); }), x, shape);
    output_of("roll", of_one([](auto& v) { return ops::roll(v, 1); }), x, shape);
    output_of("roll along -1", of_one([](auto& v) { return ops::roll(v, 1, -1); }), x,
              same_with_axes(shape));
    output_of("split", of_one([](auto& v) { return ops::split(v, 1, -1)[0]; }), x,
              same_with_axes(shape));
    output_of("cumsum", of_one([](auto& v) { return ops::cumsum(v); }), x, Shape{size});
    output_of("cumsum along 0", of_one([](auto& v) { return ops::cumsum(v, 0); }), x,
              same_with_axes(shape));
    const bool can_differ = last >= 0 && shape.back() > 0;
    output_of("diff", of_one([](auto& v) { return ops::diff(v); }), x,
              can_differ ? Expected(shape.with(last, shape.back() - 1)) : Expected());
    output_of("tril", of_one([](auto& v) { return ops::tril(v); }), x,
              shape.rank() < 2 ? Expected() : Expected(shape));
    output_of("einsum", of_one([](auto& v) { return ops::einsum("...->...", {v}); }), x, shape);
    output_of("einsum of two", of_one([](auto& v) {
                return ops::einsum("...a,...a->...", {v, v});
              }),
              x, last < 0 ? Expected() : Expected(shape.without(last)));
    output_of("outer", of_one([](auto& v) { return ops::outer(v, v); }), x, Shape{size, size});
  }
}

TEST(DegenerateShapes, OfSortingOps) {
  for (const Shape& shape : degenerate_shapes()) {
    const std::vector<Tensor> x = {sample(shape)};
    const std::int64_t size = shape.element_count();
    const int last = shape.rank() - 1;
    output_of("sort", of_one([](auto& v) { return ops::sort(v); }), x, same_with_axes(shape));
    output_of("sort of all", of_one([](auto& v) { return ops::sort(v, std::nullopt); }), x,
              Shape{size});
    output_of("argsort", of_one([](auto& v) { return ops::argsort(v, 0); }), x,
              same_with_axes(shape), false);
    output_of("top_k", of_one([](auto& v) { return ops::top_k(v, 0).values; }), x,
              last < 0 ? Expected() : Expected(shape.with(last, 0)));
    output_of("median", of_one([](auto& v) { return ops::median(v); }), x,
              size == 0 ? Expected() : Expected(Shape{}));
    output_of("segment_sum", of_one([](auto& v) {
                const std::int64_t rows = v.rank() == 0 ? 1 : v.shape().front();
                return ops::segment_sum(v, ops::zeros({rows}), 2);
              }),
              x, last < 0 ? Expected() : Expected(shape.with(0, 2)));
  }
}

}  // namespace
}  // namespace strata::testing
