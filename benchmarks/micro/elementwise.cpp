// Elementwise ops and reductions, from tensors so small that only the call counts to large ones.
#include "micro/micro.hpp"

namespace strata::micro {
namespace {

template <class Op>
void add_sizes(const std::string& name, Op op) {
  for (const std::int64_t size : {1, 32, 1024, 1 << 20}) {
    add(name + "/" + std::to_string(size), items(static_cast<double>(size)), [=] {
      return [=, a = random::uniform({size}), b = random::uniform({size})] { return op(a, b); };
    });
  }
}

}  // namespace

void add_elementwise() {
  add_sizes("add", [](const Tensor& a, const Tensor& b) { return a + b; });
  add_sizes("multiply_by_scalar", [](const Tensor& a, const Tensor&) { return 2.0f * a; });
  add_sizes("relu", [](const Tensor& a, const Tensor&) { return ops::relu(a); });
  add_sizes("exp", [](const Tensor& a, const Tensor&) { return ops::exp(a); });
  add_sizes("tanh", [](const Tensor& a, const Tensor&) { return ops::tanh(a); });
  add_sizes("sum", [](const Tensor& a, const Tensor&) { return ops::sum(a); });
  add("add_row/32x10", items(320), [] {
    return [a = random::uniform({32, 10}), b = random::uniform({10})] { return a + b; };
  });
  add("matmul/4x4", flops(128), [] {
    return [a = random::uniform({4, 4}), b = random::uniform({4, 4})] { return ops::matmul(a, b); };
  });
}

}  // namespace strata::micro
