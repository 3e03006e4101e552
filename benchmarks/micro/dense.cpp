// Dense layers as one op: product, bias, activation; and back.
#include "micro/micro.hpp"
#include "ops/fused_activation.hpp"

namespace strata::micro {
namespace {

void add_layer(const std::string& shape, std::int64_t batch, std::int64_t in, std::int64_t units) {
  const double product = 2.0 * static_cast<double>(batch * in * units);
  const auto relu = [](const Tensor& x, const Tensor& kernel, const Tensor& bias) {
    return ops::dense(x, kernel, bias, ops::FusedActivation::relu);
  };
  const auto inputs = [=] { return random::normal({batch, in}); };
  const auto kernel = [=] { return random::normal({in, units}); };
  const auto bias = [=] { return random::normal({units}); };
  add("dense/forward/" + shape, flops(product),
      [=] { return [=, x = inputs(), w = kernel(), b = bias()] { return relu(x, w, b); }; });
  add("dense/backward/" + shape, flops(2 * product), [=] {
    return Backward({inputs(), kernel(), bias()},
                    [=](const auto& of) { return relu(of[0], of[1], of[2]); });
  });
  // what the first layer of a model does
  add("dense/backward_weights/" + shape, flops(product), [=] {
    return Backward({kernel(), bias()},
                    [=, x = inputs()](const auto& of) { return relu(x, of[0], of[1]); });
  });
}

}  // namespace

void add_dense() {
  add_layer("128x784x512", 128, 784, 512);
  add_layer("128x512x512", 128, 512, 512);
  add_layer("128x512x10", 128, 512, 10);
  add_layer("32x784x64", 32, 784, 64);
  add_layer("1x784x512", 1, 784, 512);
}

}  // namespace strata::micro
