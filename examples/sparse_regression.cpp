// A table whose columns have units of their own, of which few matter: `Normalization` learns the
// units, and an L1 penalty says which columns.
#include <fmt/core.h>

#include <array>
#include <cmath>
#include <strata/strata.hpp>

using namespace strata;

constexpr int kRows = 400;
constexpr float kFound = 0.02f;  // a weight below is as good as zero

struct Column {
  const char* name;
  float mean;
  float deviation;
  float effect;  // of one deviation on the price, in thousands
};
constexpr std::array kColumns = {
    Column{"area, m2", 90.0f, 30.0f, 40.0f},         Column{"age, years", 35.0f, 20.0f, -15.0f},
    Column{"distance, m", 4000.0f, 2500.0f, -25.0f}, Column{"floor", 3.0f, 2.0f, 0.0f},
    Column{"street number", 60.0f, 40.0f, 0.0f},     Column{"humidity, %", 50.0f, 10.0f, 0.0f},
    Column{"noise, dB", 55.0f, 8.0f, -12.0f},        Column{"door width, m", 0.9f, 0.05f, 0.0f},
    Column{"rent index", 1.0f, 0.02f, 0.0f},         Column{"day of year", 180.0f, 100.0f, 0.0f},
};
constexpr int kInputs = static_cast<int>(kColumns.size());

struct Table {
  Tensor x;  // (kRows, kInputs), in the units of the columns
  Tensor y;  // (kRows, 1), in hundreds of thousands, with noise of deviation 0.2
};

Table draw_table() {
  random::Generator random(7);
  const Tensor standard = random.normal({kRows, kInputs});
  std::vector<float> means;
  std::vector<float> deviations;
  std::vector<float> effects;
  for (const Column& column : kColumns) {
    means.push_back(column.mean);
    deviations.push_back(column.deviation);
    effects.push_back(column.effect / 100.0f);
  }
  const Tensor noise = random.normal({kRows, 1}, 0.0f, 0.2f);
  return {standard * Tensor({kInputs}, deviations) + Tensor({kInputs}, means),
          ops::matmul(standard, Tensor({kInputs, 1}, effects)) + 3.0f + noise};
}

/// The effect of each column, in thousands per deviation, as a model with this penalty finds it.
std::vector<float> fit_effects(const Table& table, const RegularizerSpec& penalty) {
  set_random_seed(0);
  // readme: model
  layers::Normalization normalization;
  normalization.adapt(table.x);
  const auto line = std::make_shared<layers::Dense>(
      layers::DenseOptions{.units = 1, .kernel_regularizer = penalty});
  Sequential model({layers::Input({kInputs}), std::move(normalization), line});
  // A subgradient steps over 0 and back, by as much as a step is long; so steps get shorter.
  const optimizers::schedules::ExponentialDecay falling(
      {.initial_learning_rate = 0.05f, .decay_steps = 100, .decay_rate = 0.7f});
  model.compile({.optimizer = optimizers::SGD({.learning_rate = falling}), .loss = "mse"});
  model.fit(table.x, table.y, {.batch_size = 40, .epochs = 150, .verbose = 0});
  // readme: end
  const Tensor kernel = line->kernel();
  return {kernel.values().begin(), kernel.values().end()};
}

/// An effect as the table prints it, without the sign of what rounds to 0.
double in_thousands(float weight) {
  const double effect = 100.0 * static_cast<double>(weight);
  return std::abs(effect) < 0.05 ? 0.0 : effect;
}

int main() {
  const Table table = draw_table();
  const std::vector<float> plain = fit_effects(table, nullptr);
  const std::vector<float> sparse = fit_effects(table, regularizers::L1(0.05f));
  fmt::print("{:<16}{:>8}{:>14}{:>12}\n", "", "true", "no penalty", "L1(0.05)");
  bool right = true;
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    const bool found = std::abs(sparse[i]) > kFound;
    right = right && found == (kColumns[i].effect != 0.0f);
    fmt::print("{:<16}{:>8.1f}{:>14.1f}{:>12.1f}{}\n", kColumns[i].name,
               static_cast<double>(kColumns[i].effect), in_thousands(plain[i]),
               in_thousands(sparse[i]), found ? "  found" : "");
  }
  return right ? 0 : 1;
}
