// The smallest complete program: a regularized model is described, trained, evaluated and printed.
#include <fmt/core.h>

#include <strata/strata.hpp>

using namespace strata;

int main() {
  const Tensor x = random::normal({1000, 20});
  const Tensor y = ops::sum(ops::slice(x, {0, 0}, {1000, 3}), {1}, true);  // the rest is noise

  Sequential model({
      layers::Input({20}),
      layers::Dense(
          {.units = 32, .activation = "relu", .kernel_regularizer = regularizers::L2(1e-3f)}),
      layers::Dense({.units = 1, .kernel_regularizer = "l2", .name = "output"}),
  });
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(x, y, {.epochs = 30, .verbose = 0});

  const Logs logs = model.evaluate(x, y, {.verbose = 0});
  fmt::print("loss {:.3f} = data {:.3f} + penalties {:.3f}\n", logs.at("loss"),
             logs.at("data_loss"), logs.at("reg_loss"));
  for (const Penalty& penalty : model.penalties()) {
    fmt::print("{} {}: {:.3f}\n", penalty.layer, penalty.source, penalty.value.item());
  }
}
