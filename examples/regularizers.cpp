// What a penalty buys: the same network, trained on 1,000 images without one and with each kind.
#include <fmt/core.h>

#include <cmath>
#include <functional>
#include <strata/strata.hpp>

using namespace strata;

constexpr std::int64_t kTrain = 1000;
constexpr std::int64_t kTest = 10000;

struct Case {
  const char* name;
  RegularizerSpec kernel = {};    // of each kernel
  RegularizerSpec activity = {};  // of each hidden layer's output
};

Sequential make_model(const Case& it) {
  return Sequential({
      layers::Input({28, 28}),
      layers::Flatten(),
      layers::Dense({.units = 256,
                     .activation = "relu",
                     .kernel_regularizer = it.kernel,
                     .activity_regularizer = it.activity,
                     .name = "hidden"}),
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

/// The share of the kernels' weights that are as good as zero.
double share_near_zero(const Sequential& model) {
  double near = 0.0;
  double all = 0.0;
  for (const auto& layer : model.layers()) {
    for (const Variable& weight : layer->trainable_variables()) {
      if (weight.name() != "kernel") continue;
      for (const float value : weight.value().values()) near += std::abs(value) < 1e-3f;
      all += static_cast<double>(weight.value().size());
    }
  }
  return near / all;
}

/// Trains the network, prints its row, and gives its test accuracy.
double show(const Case& it, const datasets::Digits& digits, int epochs) {
  set_random_seed(0);  // the same first weights and the same order of images for all
  Sequential model = make_model(it);
  model.compile(
      {.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  model.fit(digits.x_train, digits.y_train, {.batch_size = 50, .epochs = epochs, .verbose = 0});
  const Logs train =
      model.evaluate(digits.x_train, digits.y_train, {.batch_size = 500, .verbose = 0});
  const Logs test = model.evaluate(digits.x_test, digits.y_test, {.batch_size = 500, .verbose = 0});
  const auto data_loss = [](const Logs& logs) {
    return logs.at(logs.contains("data_loss") ? "data_loss" : "loss");
  };
  std::map<std::string, double> penalties;
  for (const Penalty& penalty : model.penalties()) penalties[penalty.layer] += penalty.value.item();
  fmt::print("{:<18}{:>8.4f}{:>8.4f}{:>8.4f}{:>10.4f}{:>10.1f} %{:>10.4f}{:>8.4f}{:>8.4f}\n",
             it.name, train.at("accuracy"), test.at("accuracy"),
             train.at("accuracy") - test.at("accuracy"), data_loss(test),
             100.0 * share_near_zero(model), penalties["hidden"], penalties["upper"],
             penalties["output"]);
  return test.at("accuracy");
}

int main(int argc, char** argv) {
  int epochs = argc > 1 ? std::atoi(argv[1]) : 60;
  datasets::Digits digits =
      datasets::find_mnist() ? datasets::mnist() : datasets::synthetic_digits();
  digits.x_train = data::slice_rows(digits.x_train, 0, kTrain) / 255.0f;
  digits.y_train = data::slice_rows(digits.y_train, 0, kTrain);
  digits.x_test = digits.x_test / 255.0f;
  fmt::print("Data: {}\n", digits.source);
  const auto f = [&](int i, float d) { return argc > i ? float(std::atof(argv[i])) : d; };
  show({.name = "none"}, digits, epochs);
  show({.name = "l1", .kernel = regularizers::L1(f(2, 1e-4f))}, digits, epochs);
  show({.name = "l2", .kernel = regularizers::L2(f(3, 1e-3f))}, digits, epochs);
  show({.name = "l1l2", .kernel = regularizers::L1L2({.l1 = f(4, 1e-4f), .l2 = f(5, 1e-3f)})},
       digits, epochs);
  show({.name = "act l1", .activity = regularizers::L1(f(6, 1e-4f))}, digits, epochs);
  show({.name = "act l2", .activity = regularizers::L2(f(7, 1e-4f))}, digits, epochs);
}
