// Matrix products alone, in the shapes and the orientations that training asks for, and the same by
// OpenBLAS on the calling thread.
#include "kernels/products/gemm.hpp"

#include <cblas.h>

#include "kernels/products/single_threaded_blas.hpp"
#include "micro/micro.hpp"

namespace strata::micro {
namespace {

struct Shapes {
  const char* name;
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t inner;
  bool a_transposed = false;
  bool b_transposed = false;
};

void multiply_by_blas(const kernels::Product& p) {
  const kernels::SingleThreadedBlas scope;
  const auto whole = [](std::int64_t value) { return static_cast<blasint>(value); };
  const auto order = [](const kernels::Matrix& m) {
    return m.transposed ? CblasTrans : CblasNoTrans;
  };
  if (p.rows == 1 && !p.a.transposed) {
    const bool turned = p.b.transposed;
    cblas_sgemv(CblasRowMajor, turned ? CblasNoTrans : CblasTrans,
                whole(turned ? p.columns : p.inner), whole(turned ? p.inner : p.columns), 1.0f,
                p.b.data, whole(p.b.stride), p.a.data, 1, 0.0f, p.c, 1);
    return;
  }
  cblas_sgemm(CblasRowMajor, order(p.a), order(p.b), whole(p.rows), whole(p.columns),
              whole(p.inner), 1.0f, p.a.data, whole(p.a.stride), p.b.data, whole(p.b.stride), 0.0f,
              p.c, whole(p.c_stride));
}

void add_product(const Shapes& shapes, const std::string& family,
                 void (*multiply)(const kernels::Product& product)) {
  const double products = static_cast<double>(shapes.rows * shapes.columns * shapes.inner);
  add(family + shapes.name, flops(2 * products), [shapes, multiply] {
    kernels::Product product{
        .rows = shapes.rows,
        .columns = shapes.columns,
        .inner = shapes.inner,
        .a = {nullptr, shapes.a_transposed ? shapes.rows : shapes.inner, shapes.a_transposed},
        .b = {nullptr, shapes.b_transposed ? shapes.inner : shapes.columns, shapes.b_transposed},
        .c = nullptr,
        .c_stride = shapes.columns};
    return
        [=, x = random::normal({shapes.rows * shapes.inner}),
         y = random::normal({shapes.inner * shapes.columns}),
         z = std::vector<float>(static_cast<std::size_t>(shapes.rows * shapes.columns))]() mutable {
          product.a.data = x.data();
          product.b.data = y.data();
          product.c = z.data();
          multiply(product);
          return product.c;
        };
  });
}

void add_product(const Shapes& shapes) {
  add_product(shapes, "gemm/", kernels::gemm);
  add_product(shapes, "gemm_by_blas/", multiply_by_blas);
}

}  // namespace

void add_gemm() {
  // 784-512-512-10 with 128 samples: forward, the kernel's gradient, the input's gradient
  add_product({"mlp_1", 128, 512, 784});
  add_product({"mlp_1_kernel_gradient", 784, 512, 128, true, false});
  add_product({"mlp_2", 128, 512, 512});
  add_product({"mlp_2_kernel_gradient", 512, 512, 128, true, false});
  add_product({"mlp_2_input_gradient", 128, 512, 512, false, true});
  add_product({"mlp_3", 128, 10, 512});
  add_product({"mlp_3_kernel_gradient", 512, 10, 128, true, false});
  add_product({"mlp_3_input_gradient", 128, 512, 10, false, true});
  // layers of 2048 units
  add_product({"wide", 128, 2048, 2048});
  add_product({"wide_kernel_gradient", 2048, 2048, 128, true, false});
  add_product({"wide_input_gradient", 128, 2048, 2048, false, true});
  // one sample and eight, forward and the input's gradient; a block of columns of a
  // convolution: few channels, and many
  add_product({"one_sample", 1, 512, 784});
  add_product({"one_sample_input_gradient", 1, 512, 512, false, true});
  add_product({"eight_samples", 8, 512, 784});
  add_product({"eight_samples_input_gradient", 8, 512, 512, false, true});
  add_product({"columns_9x32", 1344, 32, 9});
  add_product({"columns_288x64", 160, 64, 288});
  add_product({"square_1024", 1024, 1024, 1024});
}

}  // namespace strata::micro
