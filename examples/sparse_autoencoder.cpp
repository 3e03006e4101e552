// Two autoencoders of drawn digits, alike but for a penalty on the code's activity: with it, most
// units of the code are silent for an image, and the images come back nearly as well.
#include <fmt/core.h>

#include <algorithm>
#include <strata/strata.hpp>

using namespace strata;

constexpr int kPixels = 28 * 28;

Tensor images_of(const Tensor& digits) {
  return ops::reshape(digits / 255.0f, {digits.shape().front(), kPixels});
}

struct Outcome {
  double error;   // mean squared, per pixel, on images that it has not seen
  double silent;  // the share of the code's units that are 0
};

/// Trains an autoencoder, and prints its row of the table.
Outcome train(const char* name, const RegularizerSpec& activity, const Tensor& x,
              const Tensor& x_test) {
  set_random_seed(0);  // the same first weights and the same order of images for both
  // readme: model
  const auto encoder = std::make_shared<layers::Dense>(layers::DenseOptions{
      .units = 64, .activation = "relu", .activity_regularizer = activity, .name = "code"});
  Sequential model({
      layers::Input({kPixels}),
      encoder,
      layers::Dense({.units = kPixels, .activation = "sigmoid", .name = "image"}),
  });
  model.compile({.optimizer = optimizers::Adam(0.003f), .loss = "mse"});
  model.fit(x, x, {.batch_size = 50, .epochs = 15, .verbose = 0});
  // readme: end

  const Logs logs = model.evaluate(x_test, x_test, {.verbose = 0});
  const Tensor code = (*encoder)(x_test);
  const auto silent = std::count(code.values().begin(), code.values().end(), 0.0f);
  const Outcome outcome{.error = logs.at(logs.contains("data_loss") ? "data_loss" : "loss"),
                        .silent = static_cast<double>(silent) / static_cast<double>(code.size())};
  fmt::print("{:<24}{:>8.4f}{:>14.0f} %\n", name, outcome.error, 100.0 * outcome.silent);
  return outcome;
}

int main() {
  const datasets::Digits digits = datasets::synthetic_digits({.train = 2000, .test = 500});
  const Tensor x = images_of(digits.x_train);
  const Tensor x_test = images_of(digits.x_test);
  const double gray = ops::mean(ops::square(x_test - ops::mean(x, {0}))).item();
  fmt::print("{:<24}{:>8}{:>16}\n", "", "error", "silent units");
  fmt::print("{:<24}{:>8.4f}\n", "the mean image", gray);
  const Outcome dense = train("no penalty", nullptr, x, x_test);
  const Outcome sparse = train("activity L1(1e-4)", regularizers::L1(1e-4f), x, x_test);
  const bool good = dense.error < 0.5 * gray && sparse.error < 1.4 * dense.error;
  return good && sparse.silent > dense.silent + 0.2 ? 0 : 1;
}
