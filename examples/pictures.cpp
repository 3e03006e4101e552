// Two pages of pictures: of a network whose penalty drops pixels and units while it learns drawn
// digits, and of the factors from which one is chosen by cross-validation. Ctrl-C ends either early
// and keeps what is done.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <strata/strata.hpp>

using namespace strata;

constexpr int kPixels = 28 * 28;

// readme: interrupt
std::atomic<bool> interrupted = false;
extern "C" void interrupt(int) {
  interrupted = true;
  std::signal(SIGINT, SIG_DFL);  // a second Ctrl-C ends the program
}
// In main: std::signal(SIGINT, interrupt);
// readme: end

Tensor images_of(const Tensor& digits) { return digits / 255.0f; }

// readme: stop
/// Ends a fit of this model after the batch in which Ctrl-C came.
std::shared_ptr<Callback> stop_on_interrupt(Model& model) {
  return std::make_shared<callbacks::LambdaCallback>(
      callbacks::LambdaCallbackOptions{.on_train_batch_end = [&](int, const Logs&) {
        if (interrupted) model.stop_training();
      }});
}
// readme: end

/// A network that drops pixels and units by itself, with a page that follows its training. Gives
/// whether it dropped any.
bool train_digits(const std::string& page) {
  const datasets::Digits digits = datasets::synthetic_digits({.train = 1500, .test = 500});
  // readme: report
  using regularizers::GroupLasso;
  Sequential model({
      layers::Input({28, 28}),
      layers::Flatten(),
      layers::Dense({.units = 48,
                     .activation = "relu",
                     .kernel_regularizer = regularizers::Proximal(GroupLasso(6e-4f)),
                     .name = "hidden"}),
      layers::Dense({.units = 10,
                     .activation = "softmax",
                     .kernel_regularizer = regularizers::Proximal(GroupLasso(1e-3f)),
                     .bias_regularizer = regularizers::L2(1e-3f),
                     .name = "output"}),
  });
  model.compile({.optimizer = optimizers::Adam(2e-3f),
                 .loss = "sparse_categorical_crossentropy",
                 .metrics = {"accuracy"}});
  model.fit(images_of(digits.x_train), digits.y_train,
            {.epochs = 20,
             .verbose = 0,
             .callbacks = {std::make_shared<callbacks::Report>(page), stop_on_interrupt(model)},
             .validation_data = {.x = images_of(digits.x_test), .y = digits.y_test}});
  // readme: end
  const SparsityReport sparsity = model.sparsity();
  const std::int64_t unused = sparsity.weights[0].inputs->zeros;
  fmt::print("{}: {} of {} weights are exactly 0, and {} of {} pixels are used by no unit\n", page,
             sparsity.elements.zeros, sparsity.elements.total, unused, kPixels);
  return unused > 0;
}

/// Twelve columns, of which three have an effect, and the factor that finds them. Gives whether it
/// does.
bool choose_factor(const std::string& page, const std::string& drawing, const std::string& table) {
  random::Generator random(11);
  const Tensor x = random.normal({120, 12});
  const Tensor effects({12, 1}, {2, -1, 0.5f, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  const Tensor y = ops::matmul(x, effects) + random.normal({120, 1});
  // readme: path
  const auto make_model = [](float factor) {
    Sequential model(
        {layers::Input({12}),
         layers::Dense({.units = 1,
                        .kernel_regularizer = regularizers::Proximal(regularizers::L1(factor)),
                        .name = "effects"})});
    model.compile(
        {.optimizer = optimizers::SGD({.learning_rate = 0.05f, .momentum = 0.9f}), .loss = "mse"});
    return model;
  };
  const RegularizationPath path = regularization_path(
      make_model, x, y,
      {.factors = {1.2f, 0.8f, 0.5f, 0.3f, 0.2f, 0.12f, 0.08f, 0.05f, 0.03f, 0.02f, 0.0f},
       .folds = 5,
       .fit = {.batch_size = 120, .epochs = 100, .verbose = 0},
       .should_stop = [] { return interrupted.load(); }});
  plots::plot(path, page);
  path.to_csv(table);
  // readme: end
  if (path.points.empty()) return true;
  plots::plot(path, drawing);
  fmt::print("{}", to_string(path));
  fmt::print(
      "{}: factor {:g} has the lowest loss, {:g} is the strongest within one standard error\n",
      page, path.best(), path.one_standard_error());
  return path.at(path.one_standard_error()).inputs().zeros == 9;
}

int main(int argc, char** argv) {
  CLI::App app(
      "Writes two pages of pictures, run.html and path.html, a drawing, path.svg, and path.csv.");
  std::string folder = ".";
  app.add_option("--folder", folder, "Where to")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  std::filesystem::create_directories(folder);
  std::signal(SIGINT, interrupt);
  const auto in_folder = [&](const char* name) {
    return (std::filesystem::path(folder) / name).string();
  };
  const bool drops = train_digits(in_folder("run.html"));
  const bool finds =
      choose_factor(in_folder("path.html"), in_folder("path.svg"), in_folder("path.csv"));
  if (interrupted) return 130;
  return drops && finds ? 0 : 1;
}
