// A recurrent network on sequences of many lengths: it adds the two numbers that are marked in each.
// The steps behind a sequence's end are masked, and a penalty keeps the recurrent kernel small.
#include <fmt/core.h>

#include <cmath>
#include <strata/strata.hpp>

using namespace strata;

constexpr int kSteps = 12;      // of the longest sequence
constexpr float kPadding = -1;  // what stands behind a sequence's end

struct Sequences {
  Tensor x;  // (n, kSteps, 2): a number in [0, 1), and 1 where it is marked
  Tensor y;  // (n, 1): the sum of the two marked numbers
};

Sequences draw_sequences(int count, std::uint64_t seed) {
  random::Generator random(seed);
  const Tensor numbers = random.uniform({count, kSteps});
  std::vector<float> x;
  std::vector<float> y;
  for (int i = 0; i < count; ++i) {
    const int length = 4 + static_cast<int>(random.permutation(kSteps - 3).front());
    const std::vector<std::int64_t> order = random.permutation(length);
    float sum = 0.0f;
    for (int step = 0; step < kSteps; ++step) {
      const bool marked = step == order[0] || step == order[1];
      const float number = numbers.values()[static_cast<std::size_t>(i * kSteps + step)];
      x.push_back(step < length ? number : kPadding);
      x.push_back(step < length ? (marked ? 1.0f : 0.0f) : kPadding);
      if (marked) sum += number;
    }
    y.push_back(sum);
  }
  return {Tensor({count, kSteps, 2}, x), Tensor({count, 1}, y)};
}

/// The sequences with further steps of padding behind them.
Tensor padded(const Tensor& x, int steps) {
  const Tensor padding = ops::full({x.shape().front(), steps, 2}, kPadding);
  return ops::concatenate({x, padding}, 1);
}

int main() {
  set_random_seed(0);
  const Sequences train = draw_sequences(3000, 1);
  const Sequences test = draw_sequences(500, 2);

  // readme: model
  Sequential model({
      layers::Input({Shape::kUnknown, 2}),
      layers::Masking({.mask_value = kPadding}),
      layers::LSTM({.units = 16, .recurrent_regularizer = regularizers::L2(1e-4f)}),
      layers::Dense({.units = 1}),
  });
  model.compile({.optimizer = optimizers::Adam(0.01f), .loss = "mse"});
  // readme: end
  fmt::print("epochs   error   penalty\n");
  int trained = 0;
  for (const int epochs : {1, 10, 30}) {
    model.fit(train.x, train.y, {.epochs = epochs - trained, .verbose = 0});
    trained = epochs;
    const Logs logs = model.evaluate(test.x, test.y, {.verbose = 0});
    fmt::print("{:>6}{:>8.4f}{:>10.4f}\n", epochs, logs.at("data_loss"), logs.at("reg_loss"));
  }
  const double error = model.evaluate(test.x, test.y, {.verbose = 0}).at("data_loss");

  const Tensor difference =
      model.predict(padded(test.x, 8), {.verbose = 0}) - model.predict(test.x, {.verbose = 0});
  const float largest = ops::max(ops::abs(difference)).item();
  fmt::print("8 more masked steps change the predictions by {}\n",
             largest < 1e-6f ? "less than 0.000001" : fmt::format("{}", largest));
  return error < 0.005 && largest < 1e-6f ? 0 : 1;
}
