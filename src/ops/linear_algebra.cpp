// ops::matmul: products of batches of matrices.
#include "strata/ops/linear_algebra.hpp"

#include <algorithm>
#include <vector>

#include "core/check.hpp"
#include "core/parallel.hpp"
#include "kernels/products/gemm.hpp"
#include "kernels/products/single_threaded_blas.hpp"
#include "ops/gradient_target.hpp"
#include "ops/inputs.hpp"
#include "strata/autodiff/record.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

using autodiff::InputGradients;
using Starts = std::vector<std::int64_t>;  // where each matrix of a batch begins

// A product of batches of matrices: `c_i = a_i · b_i`, with a_i rows x inner, b_i inner x columns.
struct BatchedProduct {
  std::int64_t rows;
  std::int64_t inner;
  std::int64_t columns;
  Starts a;
  Starts b;
  Starts c;
  Shape result;
};

Shape without_matrix(const Shape& shape) {
  Shape leading;
  for (int i = 0; i + 2 < shape.rank(); ++i) leading.append(shape[i]);
  return leading;
}

// The matrices in the last two axes of `shape`, its leading axes broadcast to `batch`.
Starts starts_of(const Shape& shape, const Shape& batch) {
  const int offset = batch.rank() + 2 - shape.rank();
  std::int64_t matrix = shape[shape.rank() - 2] * shape[shape.rank() - 1];
  Starts starts(static_cast<std::size_t>(batch.element_count()), 0);
  std::int64_t period = 1;
  for (int i = batch.rank(); i-- > 0;) {
    const std::int64_t extent = i < offset ? 1 : shape[i - offset];
    for (std::size_t k = 0; extent != 1 && k < starts.size(); ++k)
      starts[k] += static_cast<std::int64_t>(k) / period % extent * matrix;
    matrix *= extent;
    period *= batch[i];
  }
  return starts;
}

BatchedProduct batched_product(const Shape& a, const Shape& b) {
  constexpr const char* kMatmul = "ops::matmul";
  check<ShapeError>(a.rank() >= 1 && b.rank() >= 1, kMatmul,
                    "the inputs must have at least one axis. Received: shapes {} and {}.", a, b);
  const Shape left = a.rank() == 1 ? Shape{1, a[0]} : a;
  const Shape right = b.rank() == 1 ? Shape{b[0], 1} : b;
  BatchedProduct product{left[left.rank() - 2], left.back(), right.back(), {0}, {0}, {0}, {}};
  check<ShapeError>(product.inner == right[right.rank() - 2], kMatmul,
                    "the last axis of the first input must be as long as the second last (of a "
                    "vector: the only) one of the second. Received: shapes {} and {}.",
                    a, b);
  const Shape batch = broadcast(without_matrix(left), without_matrix(right), kMatmul);
  product.result = batch;
  if (a.rank() > 1) product.result.append(product.rows);
  if (b.rank() > 1) product.result.append(product.columns);
  if (right.rank() == 2) {  // one matrix for all: their rows make one tall matrix
    product.rows *= batch.element_count();
  } else {
    product.a = starts_of(left, batch);
    product.b = starts_of(right, batch);
    product.c.resize(product.a.size());  // an empty batch has no elements
    for (std::size_t i = 0; i < product.c.size(); ++i)
      product.c[i] = static_cast<std::int64_t>(i) * product.rows * product.columns;
  }
  return product;
}

struct Operand {
  const float* data;
  const Starts& starts;
  std::int64_t stride;
  bool transposed = false;

  kernels::Matrix at(std::size_t i) const { return {data + starts[i], stride, transposed}; }
};

// `c_i = op(a_i) · op(b_i)`, where c_i is rows x columns and begins at `starts[i]`.
struct BatchedGemm {
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t inner;
  Operand a;
  Operand b;
  const Starts& starts;
  bool add = false;       // `c_i += …`
  bool shared_c = false;  // several c_i are the same matrix, so `add` must be set

  kernels::Product at(std::size_t i, float* c) const {
    return {.rows = rows,
            .columns = columns,
            .inner = inner,
            .a = a.at(i),
            .b = b.at(i),
            .c = c + starts[i],
            .c_stride = columns,
            .add = add};
  }
};

// Many products of their own c are split among threads as a whole, others one after another.
void multiply(const BatchedGemm& gemm, float* c) {
  constexpr std::size_t kManyProducts = 16;
  if (gemm.starts.size() < kManyProducts || gemm.shared_c) {
    for (std::size_t i = 0; i < gemm.starts.size(); ++i) kernels::gemm(gemm.at(i, c));
    return;
  }
  const kernels::SingleThreadedBlas scope;
  const auto count = static_cast<std::int64_t>(gemm.starts.size());
  const std::int64_t products = count * gemm.at(0, c).size();
  const std::int64_t parts = product_parts(products, count, most_product_parts(products));
  parallel_parts(parts, [&](std::int64_t part) {
    const IndexRange range = IndexRange::of_part(count, part, parts);
    for (std::int64_t i = range.begin; i < range.end; ++i)
      kernels::gemm_serial(gemm.at(static_cast<std::size_t>(i), c));
  });
}

// Adds the products to input `input`'s gradient, of shape `shape`.
void add_products(InputGradients& inputs, int input, const Shape& shape, BatchedGemm gemm) {
  GradientTarget target(inputs, input, shape);
  if (target.data() == nullptr) return;
  gemm.shared_c = static_cast<std::int64_t>(gemm.starts.size()) * gemm.rows * gemm.columns !=
                  shape.element_count();
  gemm.add = !target.fresh() || gemm.shared_c;
  multiply(gemm, gemm.add ? target.zeroed_data() : target.data());
  target.finish();
}

}  // namespace

// c = a · b,   da = dc · bᵀ,   db = aᵀ · dc
Tensor matmul(const Tensor& a, const Tensor& b) {
  constexpr const char* kMatmul = "ops::matmul";
  check_defined(kMatmul, a);
  check_defined(kMatmul, b);
  const BatchedProduct p = batched_product(a.shape(), b.shape());
  Tensor c = TensorAccess::uninitialized(p.result);
  multiply({p.rows, p.columns, p.inner, {a.data(), p.a, p.inner}, {b.data(), p.b, p.columns}, p.c},
           TensorAccess::data(c));
  return autodiff::record(
      kMatmul, std::move(c), {a, b}, [a, b, p](const Tensor& dc, InputGradients& inputs) {
        const Operand left{a.data(), p.a, p.inner, true};
        const Operand right{b.data(), p.b, p.columns, true};
        const Operand dproduct{dc.data(), p.c, p.columns};
        add_products(inputs, 0, a.shape(), {p.rows, p.inner, p.columns, dproduct, right, p.a});
        add_products(inputs, 1, b.shape(), {p.inner, p.columns, p.rows, left, dproduct, p.b});
      });
}

}  // namespace strata::ops
