// MNIST from the command line: trains a regularized network, shows what each penalty costs.
//     mnist --model cnn --regularizer l1_l2 --epochs 3 --save digits.keras
//     mnist --load digits.keras --predict seven.png
// Ctrl-C ends training after the running batch; the table then tells of what was reached. With
// --resume DIR it ends the program, as a crash would, and the same command goes on.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <limits>
#include <optional>
#include <strata/config.hpp>
#include <strata/strata.hpp>

#include "digit_image.hpp"

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
  std::string save;
  std::string load;
  std::string resume;
  std::string predict;
};

/// Filters of a convolution are the columns of its kernel (height, width, in, filters), flattened;
/// a Dense layer's units are its kernel's columns as it is. A class of one's own that is
/// registered, as main does, is saved with the model.
class OrthogonalFilters : public Regularizer {
 public:
  explicit OrthogonalFilters(float factor)
      : factor_(factor), penalty_({.factor = factor, .mode = "columns"}) {}
  Tensor operator()(const Tensor& kernel) const override {
    return penalty_(ops::reshape(kernel, {-1, kernel.shape().back()}));
  }
  Config get_config() const override { return {{"factor", factor_}}; }
  static OrthogonalFilters from_config(const Config& config) {
    return OrthogonalFilters(config.at("factor").get<float>());
  }

 private:
  float factor_;
  regularizers::OrthogonalRegularizer penalty_;
};

RegularizerSpec make_regularizer(const std::string& name, std::optional<float> factor) {
  if (name == "l1") return regularizers::L1(factor.value_or(1e-5f));
  if (name == "l2") return regularizers::L2(factor.value_or(1e-4f));
  if (name == "l1_l2") {
    return regularizers::L1L2({.l1 = factor.value_or(1e-5f), .l2 = factor.value_or(1e-5f)});
  }
  if (name == "orthogonal") return OrthogonalFilters(factor.value_or(0.1f));
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

std::vector<std::shared_ptr<Callback>> make_callbacks(const Settings& settings, int& steps) {
  std::vector<std::shared_ptr<Callback>> made = {
      std::make_shared<callbacks::LambdaCallback>(callbacks::LambdaCallbackOptions{
          .on_train_batch_end = [&steps](int, const Logs&) { ++steps; }})};
  if (!settings.resume.empty()) {
    made.push_back(std::make_shared<callbacks::BackupAndRestore>(
        callbacks::BackupAndRestoreOptions{.backup_dir = settings.resume}));
  }
  return made;
}

void train(Model& model, const datasets::Digits& digits, const Settings& settings, int epochs) {
  const auto start = std::chrono::steady_clock::now();
  int steps = 0;
  in_training = &model;
  if (settings.resume.empty()) std::signal(SIGINT, stop_training);
  const History history = model.fit(digits.x_train, digits.y_train,
                                    {.batch_size = settings.batch_size,
                                     .epochs = epochs,
                                     .callbacks = make_callbacks(settings, steps)});
  std::signal(SIGINT, SIG_DFL);
  in_training = nullptr;
  if (interrupted) {
    fmt::print("Stopped in epoch {} of {}, after {} steps\n", history.epoch.size(), epochs,
               model.optimizer().iterations());
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  fmt::print("\n{:.0f} images/s, {:.1f} s of training\n",
             steps * settings.batch_size / seconds.count(), seconds.count());
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

std::shared_ptr<Model> make_model(const Settings& settings) {
  const RegularizerSpec penalty = make_regularizer(settings.regularizer, settings.factor);
  auto model =
      std::make_shared<Sequential>(settings.model == "mlp" ? make_mlp(penalty) : make_cnn(penalty));
  model->compile(
      {.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  return model;
}

/// Prints the digit that the model sees in each image of a file, and how sure it is.
void predict(Model& model, const std::string& path) {
  const Tensor probabilities = model.predict(read_digit_images(path), {.verbose = 0});
  const auto digits = static_cast<std::size_t>(probabilities.shape().back());
  const auto values = probabilities.values();
  for (std::size_t i = 0; i * digits < values.size(); ++i) {
    const auto image = values.subspan(i * digits, digits);
    const auto best = std::max_element(image.begin(), image.end());
    fmt::print("{} image {}: {} ({:.1f} %)\n", path, i, best - image.begin(), 100.0f * *best);
  }
}

int run(const Settings& settings) {
  set_random_seed(settings.seed);
  if (settings.threads) set_num_threads(*settings.threads);
  double accuracy = 1.0;
  std::shared_ptr<Model> model = settings.load.empty() ? nullptr : load_model(settings.load);
  if (model == nullptr || settings.predict.empty()) {
    const datasets::Digits digits = load_digits(settings);
    if (model == nullptr) {
      model = make_model(settings);
      model->summary();
      train(*model, digits, settings, settings.epochs.value_or(settings.model == "mlp" ? 5 : 3));
    }
    accuracy = report(*model, digits);
  }
  if (!settings.save.empty()) model->save(settings.save);
  if (!settings.predict.empty()) predict(*model, settings.predict);
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
  app.add_option("--save", settings.save, "Save the trained model to this .keras file");
  auto* const load = app.add_option("--load", settings.load, "Train nothing; take this saved model")
                         ->check(CLI::ExistingFile);
  app.add_option("--resume", settings.resume,
                 "Back the training up in this folder, and go on from a backup in it")
      ->excludes(load);
  app.add_option("--predict", settings.predict,
                 "Say which digits are in this .png or IDX file: 28 x 28 pixels, white on black")
      ->check(CLI::ExistingFile);
  CLI11_PARSE(app, argc, argv);
  register_serializable<OrthogonalFilters>({.package = "mnist", .name = "OrthogonalFilters"});
  try {
    return run(settings);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
