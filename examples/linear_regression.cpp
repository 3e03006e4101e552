// A straight line through noisy points; then the same with a penalty, which pulls its slope to
// zero.
#include <fmt/core.h>

#include <cmath>
#include <strata/strata.hpp>

using namespace strata;

/// The slopes found for `y = x · (2, -3, 0, 0)ᵀ + 1 + noise`.
std::vector<float> fit_line(const RegularizerSpec& penalty) {
  set_random_seed(1);
  const Tensor x = random::normal({200, 4});
  const Tensor slopes({4, 1}, {2.0f, -3.0f, 0.0f, 0.0f});
  const Tensor y = ops::matmul(x, slopes) + 1.0f + random::normal({200, 1}, 0.0f, 0.1f);

  layers::Dense line({.units = 1, .kernel_regularizer = penalty});
  optimizers::SGD optimizer({.learning_rate = 0.05f});
  const losses::MeanSquaredError error;
  for (int epoch = 0; epoch < 50; ++epoch) {
    for (const auto& [inputs, targets] : data::batches(x, y, {.batch_size = 50})) {
      GradientTape tape;
      const Tensor loss = error(targets, line(inputs)) + ops::sum(line.losses());
      optimizer.apply(tape.gradient(loss, line.trainable_variables()), line.trainable_variables());
    }
  }
  const auto found = line.kernel().value().values();
  fmt::print("{:>6.3f}{:>7.3f}{:>7.3f}{:>7.3f}   bias {:.3f}\n", found[0], found[1], found[2],
             found[3], line.bias().value().item());
  return {found.begin(), found.end()};
}

int main() {
  fmt::print("true       2.000 -3.000  0.000  0.000   bias 1.000\nno penalty");
  const auto plain = fit_line(nullptr);
  fmt::print("L2(0.5)   ");
  const auto small = fit_line(regularizers::L2(0.5f));
  fmt::print("L1(0.2)   ");
  const auto sparse = fit_line(regularizers::L1(0.2f));
  const bool found = std::abs(plain[0] - 2.0f) < 0.1f && std::abs(plain[1] + 3.0f) < 0.1f;
  const bool shrunk = small[0] < 0.8f * plain[0] && small[1] > 0.8f * plain[1];
  const bool chosen = std::abs(sparse[2]) < 0.02f && sparse[0] > 1.7f;
  return found && shrunk && chosen ? 0 : 1;
}
