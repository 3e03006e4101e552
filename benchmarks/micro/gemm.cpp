// Matrix products alone, in the shapes and the orientations that training asks for.
#include "kernels/gemm.hpp"

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

void add_product(const Shapes& shapes) {
  const double products = static_cast<double>(shapes.rows * shapes.columns * shapes.inner);
  add(std::string("gemm/") + shapes.name, flops(2 * products), [shapes] {
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
          kernels::gemm(product);
          return product.c;
        };
  });
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
  // one sample, and a block of columns of a convolution: few channels, and many
  add_product({"one_sample", 1, 512, 784});
  add_product({"columns_9x32", 1344, 32, 9});
  add_product({"columns_288x64", 160, 64, 288});
  add_product({"square_1024", 1024, 1024, 1024});
}

}  // namespace strata::micro
