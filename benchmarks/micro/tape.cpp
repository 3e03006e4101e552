// What it costs to record an op, and to sweep back over it: chains of additions of scalars.
#include "micro/micro.hpp"

namespace strata::micro {
namespace {

constexpr int kOps = 1000;

Tensor chain(const Tensor& start) {
  Tensor sum = start;
  for (int i = 0; i < kOps; ++i) sum = sum + start;
  return sum;
}

}  // namespace

void add_tape() {
  add("tape/ops_without", items(kOps), [] { return [x = Tensor(1.0f)] { return chain(x); }; });
  add("tape/ops_recorded", items(kOps), [] {
    return [x = Tensor(1.0f)] {
      GradientTape tape;
      return chain(tape.watch(x));
    };
  });
  add("tape/sweep", items(kOps),
      [] { return Backward({Tensor(1.0f)}, [](const auto& of) { return chain(of[0]); }); });
  add("layer/call", items(1), [] {
    const auto identity = std::make_shared<layers::Flatten>();
    return [identity, x = random::normal({1, 1})] { return (*identity)(x); };
  });
}

}  // namespace strata::micro
