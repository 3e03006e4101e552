// What a penalty buys: one network, trained on 1,000 images of which every tenth has a wrong label,
// without a penalty and with each kind. Without one it learns the wrong labels by heart.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <map>
#include <strata/strata.hpp>

using namespace strata;

constexpr int kTrain = 1000;
constexpr int kTest = 10000;

struct Case {
  const char* name;
  RegularizerSpec kernel = {};    // on the kernel of each layer
  RegularizerSpec activity = {};  // on the output of each hidden layer
};

Sequential make_model(const Case& it) {
  return Sequential({
      layers::Input({28, 28}),
      layers::Flatten(),
      layers::Dense({.units = 256,
                     .activation = "relu",
                     .kernel_regularizer = it.kernel,
                     .activity_regularizer = it.activity,
                     .name = "lower"}),
      layers::Dense({.units = 128,
                     .activation = "relu",
                     .kernel_regularizer = it.kernel,
                     .activity_regularizer = it.activity,
                     .name = "upper"}),
      layers::Dense({.units = 10,
                     .activation = "softmax",
                     .kernel_regularizer = it.kernel,
                     .name = "output"}),
  });
}

datasets::Digits load_digits(const std::string& folder) {
  const bool real = !folder.empty() || datasets::find_mnist();
  datasets::Digits digits = real ? datasets::mnist({.directory = folder})
                                 : datasets::synthetic_digits({.train = kTrain, .test = kTest});
  fmt::print("Data: {}{}\n", real ? "MNIST from " : "", digits.source);
  digits.x_train = data::slice_rows(digits.x_train, 0, kTrain) / 255.0f;
  digits.x_test = digits.x_test / 255.0f;
  std::vector<float> labels(digits.y_train.values().begin(),
                            digits.y_train.values().begin() + kTrain);
  for (int i = 0; i < kTrain; i += 10) {
    float& label = labels[static_cast<std::size_t>(i)];
    label = std::fmod(label + 1.0f + static_cast<float>(i / 10 % 9), 10.0f);  // any other one
  }
  digits.y_train = Tensor({kTrain}, labels);
  return digits;
}

/// The share of the kernels' weights that are as good as zero.
double share_near_zero(const Model& model) {
  double near = 0.0;
  double all = 0.0;
  for (const Variable& weight : model.trainable_variables()) {
    if (weight.name() != "kernel") continue;
    const Tensor kernel = weight;
    for (const float value : kernel.values()) near += std::abs(value) < 1e-3f;
    all += static_cast<double>(kernel.size());
  }
  return near / all;
}

struct Outcome {
  double gap;        // of accuracy, training to test
  double test_loss;  // without penalties
  double near_zero;
};

/// Trains the network, and prints its row of the table.
Outcome train(const Case& it, const datasets::Digits& digits, int epochs) {
  set_random_seed(0);  // the same first weights and the same order of images for all
  Sequential model = make_model(it);
  model.compile(
      {.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  model.fit(digits.x_train, digits.y_train, {.batch_size = 50, .epochs = epochs, .verbose = 0});

  const Logs train =
      model.evaluate(digits.x_train, digits.y_train, {.batch_size = 500, .verbose = 0});
  const Logs test = model.evaluate(digits.x_test, digits.y_test, {.batch_size = 500, .verbose = 0});
  std::map<std::string, double> paid;  // by layer
  for (const Penalty& penalty : model.penalties()) paid[penalty.layer] += penalty.value.item();
  const Outcome outcome{.gap = train.at("accuracy") - test.at("accuracy"),
                        .test_loss = test.at(test.contains("data_loss") ? "data_loss" : "loss"),
                        .near_zero = share_near_zero(model)};
  fmt::print("{:<24}{:>9.3f}{:>7.3f}{:>7.3f}{:>8.3f}{:>8.1f} %{:>9.3f}{:>7.3f}{:>8.3f}\n", it.name,
             train.at("accuracy"), test.at("accuracy"), outcome.gap, outcome.test_loss,
             100.0 * outcome.near_zero, paid["lower"], paid["upper"], paid["output"]);
  return outcome;
}

int run(const std::string& folder, int epochs) {
  const datasets::Digits digits = load_digits(folder);
  fmt::print("{} training images, every tenth with a wrong label; {} test images; {} epochs\n\n",
             kTrain, digits.x_test.shape().front(), epochs);
  fmt::print("{:<24}{:>23}{:>8}{:>10}{:>24}\n", "", "accuracy", "test", "weights", "penalty");
  fmt::print("{:<24}{:>9}{:>7}{:>7}{:>8}{:>10}{:>9}{:>7}{:>8}\n", "", "training", "test", "gap",
             "loss", "< 1e-3", "lower", "upper", "output");

  const auto l1_l2 = regularizers::L1L2({.l1 = 3e-4f, .l2 = 4e-3f});
  const Outcome none = train({.name = "no penalty"}, digits, epochs);
  const Outcome l1 = train({.name = "L1(7e-4)", .kernel = regularizers::L1(7e-4f)}, digits, epochs);
  const Outcome l2 = train({.name = "L2(8e-3)", .kernel = regularizers::L2(8e-3f)}, digits, epochs);
  const Outcome both = train({.name = "L1L2(3e-4, 4e-3)", .kernel = l1_l2}, digits, epochs);
  const Outcome activity =
      train({.name = "activity L1(1e-3)", .activity = regularizers::L1(1e-3f)}, digits, epochs);

  const bool gaps_close = l1.gap < none.gap && l2.gap < none.gap && both.gap < none.gap;
  const bool test_gains = l2.test_loss < none.test_loss && activity.test_loss < none.test_loss;
  const bool sparse = l1.near_zero > 0.5 && none.near_zero < 0.1;
  return gaps_close && test_gains && sparse ? 0 : 1;
}

int main(int argc, char** argv) {
  std::string folder;
  int epochs = 30;
  CLI::App app("Shows what each penalty buys on a small set of images.");
  app.add_option("--data", folder, "The folder with MNIST [see datasets/mnist.hpp]");
  app.add_option("--epochs", epochs, "Passes over the data")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return run(folder, epochs);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
