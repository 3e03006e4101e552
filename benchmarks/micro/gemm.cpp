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
    const auto& [name, rows, columns, inner, a_transposed, b_transposed] = shapes;
    const kernels::Matrix a{nullptr, a_transposed ? rows : inner, a_transposed};
    const kernels::Matrix b{nullptr, b_transposed ? inner : columns, b_transposed};
    std::vector<float> c(static_cast<std::size_t>(rows * columns));
    return
        [=, x = random::normal({rows * inner}), y = random::normal({inner * columns})]() mutable {
          kernels::Matrix left = a;
          kernels::Matrix right = b;
          left.data = x.data();
          right.data = y.data();
          kernels::gemm(shapes.rows, shapes.columns, shapes.inner, left, right, 0.0f, c.data(),
                        shapes.columns);
          return c.data();
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
