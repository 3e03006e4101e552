// MNIST from the command line: trains a regularized network, shows what each penalty costs.
//     mnist --model cnn --regularizer l1_l2 --epochs 3
// Ctrl-C ends training after the running batch; the table then tells of what was reached.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <limits>
#include <optional>
#include <strata/strata.hpp>

using namespace strata;

struct Settings {
  std::string model = "mlp";
  std::string regularizer = "l2";
  std::optional<float> factor;
  std::optional<int> epochs;
  int batch_size = 128;
  std::string data;
  bool synthetic = false;
  std::optional<int> samples;
  unsigned seed = 0;
  std::optional<int> threads;
  double require_accuracy = 0.0;
};

// Filters of a convolution are the columns of its kernel (height, width, in, filters), flattened; a
// Dense layer's units are its kernel's columns as it is. Any callable on a tensor is a regularizer.
RegularizerSpec orthogonal(float factor) {
  const regularizers::OrthogonalRegularizer penalty({.factor = factor, .mode = "columns"});
  return [penalty](const Tensor& kernel) {
    return penalty(ops::reshape(kernel, {-1, kernel.shape().back()}));
  };
}

RegularizerSpec make_regularizer(const std::string& name, std::optional<float> factor) {
  if (name == "l1") return regularizers::L1(factor.value_or(1e-5f));
  if (name == "l2") return regularizers::L2(factor.value_or(1e-4f));
  if (name == "l1_l2") {
    return regularizers::L1L2({.l1 = factor.value_or(1e-5f), .l2 = factor.value_or(1e-5f)});
  }
  if (name == "orthogonal") return orthogonal(factor.value_or(0.1f));
  return nullptr;
}

Sequential make_mlp(const RegularizerSpec& penalty) {
  return Sequential({
      layers::Input({28, 28, 1}),
      layers::Flatten(),
      layers::Dense({.units = 512, .activation = "relu", .kernel_regularizer = penalty}),
      layers::Dense({.units = 512, .activation = "relu", .kernel_regularizer = penalty}),
      layers::Dense({.units = 10, .activation = "softmax", .kernel_regularizer = penalty}),
  });
}

Sequential make_cnn(const RegularizerSpec& penalty) {
  return Sequential({
      layers::Input({28, 28, 1}),
      layers::Conv2D(
          {.filters = 32, .kernel_size = 3, .activation = "relu", .kernel_regularizer = penalty}),
      layers::MaxPooling2D({.pool_size = 2}),
      layers::Conv2D(
          {.filters = 64, .kernel_size = 3, .activation = "relu", .kernel_regularizer = penalty}),
      layers::MaxPooling2D({.pool_size = 2}),
      layers::Flatten(),
      layers::Dropout({.rate = 0.5f}),
      layers::Dense({.units = 10, .activation = "softmax", .kernel_regularizer = penalty}),
  });
}

/// MNIST where there is some, else digits drawn here; says which. Images scaled to [0, 1].
datasets::Digits load_digits(const Settings& settings) {
  const auto folder = datasets::find_mnist({.directory = settings.data});
  const bool real = !settings.synthetic && (folder || !settings.data.empty());
  const datasets::SyntheticDigitsOptions drawn{.train = settings.samples.value_or(20000),
                                               .test = 4000};
  datasets::Digits digits =
      real ? datasets::mnist({.directory = settings.data}) : datasets::synthetic_digits(drawn);
  if (settings.samples) {
    const auto rows = std::min<std::int64_t>(*settings.samples, digits.x_train.shape().front());
    digits.x_train = data::slice_rows(digits.x_train, 0, rows);
    digits.y_train = data::slice_rows(digits.y_train, 0, rows);
  }
  fmt::print("Data: {}{}, {} training and {} test images\n", real ? "MNIST from " : "",
             digits.source, digits.x_train.shape().front(), digits.x_test.shape().front());
  if (!real && !settings.synthetic) {
    fmt::print("No MNIST was found on this machine; scripts/fetch-mnist downloads it.\n");
  }
  digits.x_train = ops::reshape(digits.x_train / 255.0f, {-1, 28, 28, 1});
  digits.x_test = ops::reshape(digits.x_test / 255.0f, {-1, 28, 28, 1});
  return digits;
}

std::atomic<Model*> in_training = nullptr;
std::atomic<bool> interrupted = false;

extern "C" void stop_training(int) {
  if (Model* const model = in_training) model->stop_training();
  interrupted = true;
  std::signal(SIGINT, SIG_DFL);  // a second Ctrl-C ends the program
}

double train(Model& model, const datasets::Digits& digits, const Settings& settings, int epochs) {
  const auto start = std::chrono::steady_clock::now();
  in_training = &model;
  std::signal(SIGINT, stop_training);
  const History history = model.fit(digits.x_train, digits.y_train,
                                    {.batch_size = settings.batch_size, .epochs = epochs});
  std::signal(SIGINT, SIG_DFL);
  in_training = nullptr;
  if (interrupted) {
    fmt::print("Stopped in epoch {} of {}, after {} steps\n", history.epoch.size(), epochs,
               model.optimizer().iterations());
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Prints what was reached; gives the test accuracy.
double report(Model& model, const datasets::Digits& digits) {
  const Logs train =
      model.evaluate(digits.x_train, digits.y_train, {.batch_size = 500, .verbose = 0});
  const Logs test = model.evaluate(digits.x_test, digits.y_test, {.batch_size = 500, .verbose = 0});
  const auto data_loss = [](const Logs& logs) {
    return logs.at(logs.contains("data_loss") ? "data_loss" : "loss");
  };
  fmt::print("\n{:<22}{:>10}{:>10}\n", "", "training", "test");
  fmt::print("{:<22}{:>10.4f}{:>10.4f}\n", "accuracy", train.at("accuracy"), test.at("accuracy"));
  fmt::print("{:<22}{:>10.4f}{:>10.4f}\n", "data loss", data_loss(train), data_loss(test));
  fmt::print("{:<22}{:>10.4f}{:>10.4f}\n", "penalty", train.at("loss") - data_loss(train),
             test.at("loss") - data_loss(test));
  for (const Penalty& penalty : model.penalties()) {
    fmt::print("  {:<20}{:>10.4f}\n", penalty.layer + " " + penalty.source, penalty.value.item());
  }
  return test.at("accuracy");
}

int run(const Settings& settings) {
  set_random_seed(settings.seed);
  if (settings.threads) set_num_threads(*settings.threads);
  const datasets::Digits digits = load_digits(settings);

  const bool mlp = settings.model == "mlp";
  const RegularizerSpec penalty = make_regularizer(settings.regularizer, settings.factor);
  Sequential model = mlp ? make_mlp(penalty) : make_cnn(penalty);
  model.compile(
      {.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  model.summary();

  const double seconds = train(model, digits, settings, settings.epochs.value_or(mlp ? 5 : 3));
  const double accuracy = report(model, digits);
  const auto steps = static_cast<double>(model.optimizer().iterations());
  fmt::print("\n{:.0f} images/s, {:.1f} s of training\n", steps * settings.batch_size / seconds,
             seconds);
  return accuracy >= settings.require_accuracy ? 0 : 1;
}

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app("Trains a regularized network on MNIST.");
  const CLI::Range count(1, std::numeric_limits<int>::max());
  app.add_option("--model", settings.model, "mlp: 784-512-512-10; cnn: two convolutions")
      ->check(CLI::IsMember({"mlp", "cnn"}))
      ->capture_default_str();
  app.add_option("--regularizer", settings.regularizer, "The penalty on every kernel")
      ->check(CLI::IsMember({"none", "l1", "l2", "l1_l2", "orthogonal"}))
      ->capture_default_str();
  app.add_option("--factor", settings.factor,
                 "Its factor [l2: 1e-4, l1 and l1_l2: 1e-5, orthogonal: 0.1]");
  app.add_option("--epochs", settings.epochs, "Passes over the data [mlp: 5, cnn: 3]")
      ->check(count);
  app.add_option("--batch-size", settings.batch_size)->check(count)->capture_default_str();
  app.add_option("--data", settings.data, "The folder with MNIST [see datasets/mnist.hpp]");
  app.add_flag("--synthetic", settings.synthetic, "Draw digits, even where there is MNIST");
  app.add_option("--samples", settings.samples, "Train with the first so many images [all]")
      ->check(count);
  app.add_option("--seed", settings.seed, "Of weights, order and dropout")->capture_default_str();
  app.add_option("--threads", settings.threads, "[as many as there are cores]")->check(count);
  app.add_option("--require-accuracy", settings.require_accuracy,
                 "Fail if the test accuracy is less");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(settings);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
