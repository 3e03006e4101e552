// Each direction of a convolution by itself.
#include "micro/micro.hpp"

namespace strata::micro {
namespace {

void add_layer(const std::string& name, const Shape& x_shape, const Shape& kernel_shape,
               const ops::ConvolutionGeometry& geometry) {
  const auto x = [=] { return random::normal(x_shape); };
  const auto kernel = [=] { return random::normal(kernel_shape); };
  const auto convolve = [=](const Tensor& inputs, const Tensor& weights) {
    return ops::convolution(inputs, weights, {}, geometry);
  };
  // one product for each output and each cell of the window over all channels of the group
  std::int64_t outputs = x_shape.front() * kernel_shape.back();
  for (int axis = 1; axis + 1 < x_shape.rank(); ++axis) {
    outputs *= ops::window_output(x_shape[axis], kernel_shape[axis - 1], 1, 1, geometry.padding);
  }
  const Work work = flops(2.0 * static_cast<double>(outputs * kernel_shape.element_count()) /
                          static_cast<double>(kernel_shape.back()));
  add(name + "/forward", work,
      [=] { return [=, a = x(), w = kernel()] { return convolve(a, w); }; });
  add(name + "/kernel_gradient", work, [=] {
    return Backward({kernel()}, [=, a = x()](const auto& of) { return convolve(a, of[0]); });
  });
  add(name + "/input_gradient", work, [=] {
    return Backward({x()}, [=, w = kernel()](const auto& of) { return convolve(of[0], w); });
  });
}

}  // namespace

void add_convolution() {
  const ops::ConvolutionGeometry same{.padding = ops::Padding::same};
  add_layer("conv2d/mnist_1", {128, 28, 28, 1}, {3, 3, 1, 32}, {});
  add_layer("conv2d/mnist_2", {128, 13, 13, 32}, {3, 3, 32, 64}, {});
  add_layer("conv2d/1x1", {32, 14, 14, 64}, {1, 1, 64, 64}, {});
  add_layer("conv2d/depthwise", {32, 28, 28, 32}, {3, 3, 1, 32}, {.groups = 32});
  add_layer("conv1d/128x64", {64, 128, 64}, {5, 64, 64}, same);
  add_layer("conv3d/16x16x16x4", {16, 16, 16, 16, 4}, {3, 3, 3, 4, 16}, same);
}

}  // namespace strata::micro
