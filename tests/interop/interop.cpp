// Reads the models that draw_models.py wrote down with Keras's numbers, builds each from Keras's
// config and from Keras's files, and compares. For read_back.py it puts beside each its own config
// (`.strata`), the model that it trained itself (`.trained.keras`) and Keras's files as it saves
// them again (`.saved.keras`, `.saved.h5`, `saved_shards_of_….weights.json`).
//
//     strata_interop DIRECTORY
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "strata/config.hpp"
#include "strata/strata.hpp"

namespace {

using strata::Config;
using strata::Model;
using strata::Tensor;

constexpr double kStepTolerance = 1e-4;  // outputs, penalties and gradients
constexpr double kFileTolerance = 1e-5;  // outputs and penalties of weights from a file
constexpr double kFitTolerance = 2e-3;   // history and weights after the epochs
constexpr double kFloor = 1e-3;          // what a difference is taken relative to, at least

Tensor tensor(const Config& value) {
  if (value.is_null()) return {};
  return {strata::Shape(value.at("shape").get<std::vector<std::int64_t>>()),
          value.at("data").get<std::vector<float>>()};
}

std::vector<Tensor> tensors(const Config& list) {
  std::vector<Tensor> all;
  for (const Config& value : list) all.push_back(tensor(value));
  return all;
}

// The largest difference relative to the largest element expected.
template <class Expected, class Actual>
double gap(const Expected& expected, const Actual& actual) {
  double largest = kFloor;
  double widest = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(double{expected[i]}));
    const double difference = std::abs(double{actual[i]} - double{expected[i]});
    widest = std::isnan(difference) ? INFINITY : std::max(widest, difference);
  }
  return widest / largest;
}

// Gathers what one model's comparison found.
class Report {
 public:
  void compare(const std::string& what, const Tensor& expected, const Tensor& actual,
               double tolerance) {
    const bool fits = actual.defined() && actual.shape() == expected.shape();
    note(what, fits ? gap(expected.values(), actual.values()) : INFINITY, tolerance);
  }
  void compare(const std::string& what, const std::vector<double>& expected,
               const std::vector<double>& actual, double tolerance) {
    note(what, expected.size() == actual.size() ? gap(expected, actual) : INFINITY, tolerance);
  }
  void require(const std::string& what, bool holds) { note(what, holds ? 0.0 : INFINITY, 0.0); }

  bool failed() const { return !failures_.empty(); }
  const std::vector<std::string>& failures() const { return failures_; }
  double worst() const { return worst_; }

 private:
  void note(const std::string& what, double found, double tolerance) {
    if (tolerance > 0.0) worst_ = std::max(worst_, found / tolerance);
    if (!(found <= tolerance))
      failures_.push_back(fmt::format("{}: {:.3g}, allowed {:.3g}", what, found, tolerance));
  }

  std::vector<std::string> failures_;
  double worst_ = 0.0;  // as a share of what is allowed
};

void compare_lists(Report& report, const std::string& what, const Config& expected,
                   const std::vector<Tensor>& actual, double tolerance) {
  report.require(fmt::format("number of {}, {} against {}", what, expected.size(), actual.size()),
                 expected.size() == actual.size());
  for (std::size_t i = 0; i < std::min(expected.size(), actual.size()); ++i) {
    const Tensor value =
        expected[i].is_number() ? Tensor(expected[i].get<float>()) : tensor(expected[i]);
    report.compare(fmt::format("{}[{}]", what, i), value, actual[i], tolerance);
  }
}

void compare_one_step(Report& report, Model& model, const Config& document) {
  const Tensor x = tensor(document.at("x"));
  report.compare("outputs", tensor(document.at("outputs")), model(x), kStepTolerance);
  compare_lists(report, "losses", document.at("losses"), model.losses(), kStepTolerance);

  const std::vector<Tensor> before = model.get_weights();
  strata::GradientTape tape;
  const Tensor total = model.compute_loss(tensor(document.at("y")), model(x, {.training = true}),
                                          tensor(document.at("sample_weight")));
  const std::vector<strata::Variable> trainable = model.trainable_variables();
  std::vector<Tensor> gradients = tape.gradient(total, trainable);
  for (std::size_t i = 0; i < gradients.size(); ++i) {  // Keras says zeros where nothing depends
    if (!gradients[i].defined()) gradients[i] = strata::ops::zeros(trainable[i].shape());
  }
  report.compare("total loss",
                 tensor({{"shape", Config::array()}, {"data", {document.at("total")}}}), total,
                 kStepTolerance);
  compare_lists(report, "gradients", document.at("gradients"), gradients, kStepTolerance);
  model.set_weights(before);  // batch normalization has moved its averages
}

strata::FitOptions fit_options(const Config& document, int epochs) {
  strata::FitOptions options;
  options.batch_size = document.at("batch_size").get<int>();
  options.epochs = epochs;
  options.verbose = 0;
  options.shuffle = false;
  options.validation_split = document.at("validation_split").get<float>();
  options.sample_weight = tensor(document.at("sample_weight"));
  if (!document.at("class_weight").is_null()) {
    for (const auto& [label, weight] : document.at("class_weight").items())
      options.class_weight[std::stoi(label)] = weight.get<float>();
  }
  return options;
}

void compare_history(Report& report, const Config& expected,
                     const std::map<std::string, std::vector<double>>& history) {
  for (const auto& [key, values] : expected.items()) {
    const auto found = history.find(key);
    report.require("history has " + key, found != history.end());
    if (found != history.end())
      report.compare("history " + key, values.get<std::vector<double>>(), found->second,
                     kFitTolerance);
  }
}

void train(Report& report, Model& model, const Config& document, int epochs,
           const std::string& numbers) {
  const strata::History history =
      model.fit(tensor(document.at("x")), tensor(document.at("y")), fit_options(document, epochs));
  compare_history(report, document.at(numbers), history.history);
}

void train_on(Report& report, Model& model, const Config& document) {
  train(report, model, document, 1, "next_history");
  compare_lists(report, "next weights", document.at("next_weights"), model.get_weights(),
                kFitTolerance);
}

void compare_training(Report& report, Model& model, const Config& document,
                      const std::string& trained) {
  train(report, model, document, document.at("epochs").get<int>(), "history");
  compare_lists(report, "weights after", document.at("weights_after"), model.get_weights(),
                kFitTolerance);
  model.save(trained);
  train_on(report, model, document);
}

void compare_state(Report& report, Model& model, const Config& document, const std::string& of) {
  report.compare("outputs of " + of, tensor(document.at("outputs_after")),
                 model(tensor(document.at("x"))), kFileTolerance);
  compare_lists(report, "losses of " + of, document.at("losses_after"), model.losses(),
                kFileTolerance);
}

void compare_file(Report& report, const Config& document, const std::string& file,
                  const std::string& saved) {
  const std::shared_ptr<Model> model = strata::load_model(file);
  compare_state(report, *model, document, file);
  model->save(saved);
  train_on(report, *model, document);
}

void compare_shards(Report& report, const Config& document, const std::filesystem::path& file) {
  const std::string name = "shards_of_" + file.stem().string() + ".weights.json";
  const auto path = [&](const std::string& beside) {
    return std::filesystem::path(file).replace_filename(beside).string();
  };
  const auto model = strata::model_from_json(document.at("config").get<std::string>());
  model->load_weights(path(name));
  compare_state(report, *model, document, name);
  constexpr double kGigabyte = 1024.0 * 1024.0 * 1024.0;
  std::int64_t largest = 4;
  for (const strata::Variable& weight : model->weights())
    largest = std::max(largest, 4 * weight.shape().element_count());
  model->save_weights(path("saved_" + name),
                      {.max_shard_size = 2.0 * static_cast<double>(largest) / kGigabyte});
  train_on(report, *model, document);
}

Report compare(const Config& document, const std::filesystem::path& file, std::string& json) {
  Report report;
  const auto beside = [&](const char* extension) {
    return std::filesystem::path(file).replace_extension(extension).string();
  };
  try {
    const auto model = strata::model_from_json(document.at("config").get<std::string>());
    json = model->to_json();
    std::vector<std::string> names;
    for (const auto& weight : model->weights()) names.push_back(weight.name());
    report.require("names of weights", names == document.at("weight_names"));
    model->set_weights(tensors(document.at("weights")));
    compare_one_step(report, *model, document);
    compare_training(report, *model, document, beside(".trained.keras"));
    compare_file(report, document, beside(".keras"), beside(".saved.keras"));
    compare_file(report, document, beside(".h5"), beside(".saved.h5"));
    compare_shards(report, document, file);
  } catch (const std::exception& error) {
    report.require(std::string("an error: ") + error.what(), false);
  }
  return report;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    fmt::print(stderr, "usage: strata_interop DIRECTORY\n");
    return 2;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) {
    const std::string name = entry.path().filename();
    if (name.starts_with("model_") && name.ends_with(".json")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  int failed = 0;
  double worst = 0.0;
  for (const auto& file : files) {
    std::ifstream stream(file);
    const Config document = Config::parse(stream);
    std::string json;
    const Report report = compare(document, file, json);
    std::ofstream(std::filesystem::path(file).replace_extension(".strata")) << json;
    worst = std::max(worst, report.worst());
    if (!report.failed()) continue;
    ++failed;
    fmt::print("model {} ({}) disagrees:\n", document.at("seed").get<std::int64_t>(),
               file.filename().string());
    for (const Config& line : document.at("layers"))
      fmt::print("    {}\n", line.get<std::string>());
    for (const std::string& failure : report.failures()) fmt::print("  {}\n", failure);
  }
  fmt::print(
      "{} of {} models agree with Keras; the worst figure took {:.0f} % of what is allowed\n",
      files.size() - static_cast<std::size_t>(failed), files.size(), 100.0 * worst);
  return failed == 0 && !files.empty() ? 0 : 1;
}
