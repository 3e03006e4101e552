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

struct Function {
  const char* name;
  Tensor (*op)(const Tensor&);
};

// From 2^18 elements on, none should take more than three times as long as exp.
void add_forward_and_backward(const std::string& name, Tensor (*op)(const Tensor&)) {
  constexpr std::int64_t kSize = 1 << 18;
  add(name + "/forward/" + std::to_string(kSize), items(kSize),
      [=] { return [=, x = random::uniform({kSize})] { return op(x); }; });
  add(name + "/backward/" + std::to_string(kSize), items(kSize), [=] {
    return Backward({random::uniform({kSize})}, [=](const auto& of) { return op(of[0]); });
  });
}

}  // namespace

void add_elementwise() {
  add_sizes("add", [](const Tensor& a, const Tensor& b) { return a + b; });
  add_sizes("multiply_by_scalar", [](const Tensor& a, const Tensor&) { return 2.0f * a; });
  add_sizes("relu", [](const Tensor& a, const Tensor&) { return ops::relu(a); });
  add_forward_and_backward("exp", ops::exp);
  add_sizes("exp", [](const Tensor& a, const Tensor&) { return ops::exp(a); });
  add_sizes("tanh", [](const Tensor& a, const Tensor&) { return ops::tanh(a); });
  for (const auto& [name, op] :
       {Function{"expm1", ops::expm1},
        {"log", ops::log},
        {"log1p", ops::log1p},
        {"sin", ops::sin},
        {"erf", ops::erf},
        {"sigmoid", ops::sigmoid},
        {"softplus", ops::softplus},
        {"elu", [](const Tensor& x) { return activations::elu(x); }},
        {"gelu", [](const Tensor& x) { return activations::gelu(x); }},
        {"silu", activations::silu},
        {"mish", activations::mish},
        {"square_by_power", [](const Tensor& x) { return ops::power(x, 2.0f); }}}) {
    add_forward_and_backward(name, op);
  }
  add_sizes("power", [](const Tensor& a, const Tensor& b) { return ops::power(a, b); });
  add("add_short_rows/262144x4", items(1 << 20), [] {
    return [a = random::uniform({1 << 18, 4}), b = random::uniform({4})] { return a + b; };
  });
  add("multiply_by_column/262144x4", items(1 << 20), [] {
    return [a = random::uniform({1 << 18, 4}), b = random::uniform({1 << 18, 1})] { return a * b; };
  });
  add_sizes("sum", [](const Tensor& a, const Tensor&) { return ops::sum(a); });
  add("add_row/32x10", items(320), [] {
    return [a = random::uniform({32, 10}), b = random::uniform({10})] { return a + b; };
  });
  add("matmul/4x4", flops(128), [] {
    return [a = random::uniform({4, 4}), b = random::uniform({4, 4})] { return ops::matmul(a, b); };
  });
}

}  // namespace strata::micro
