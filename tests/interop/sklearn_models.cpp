// Trains, for tests/interop/sklearn_solves.py, one dense layer under each rule `Proximal` whose minimum
// scikit-learn or a condition of optimality knows, and writes data and weights as JSON.
//
//     strata_interop_sklearn FILE
#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "strata/config.hpp"
#include "strata/strata.hpp"

namespace {

using namespace strata;
using namespace strata::regularizers;
using optimizers::Adam;
using optimizers::SGD;

constexpr int kSamples = 200;
constexpr int kFeatures = 20;
constexpr int kUnits = 4;

Config written(const Tensor& tensor) {
  return {{"shape", std::vector<std::int64_t>(tensor.shape().begin(), tensor.shape().end())},
          {"data", std::vector<float>(tensor.values().begin(), tensor.values().end())}};
}

// Features of which neighbours go together, and targets that follow from every fourth.
struct Data {
  Tensor x;
  Tensor y;       // one column
  Tensor labels;  // one column of 0 and 1
  Tensor many;    // kUnits columns
};

Data drawn() {
  random::Generator random(20261130);
  const Tensor own = random.normal({kSamples, kFeatures}, 0.0f, 1.0f);
  const Tensor x = own + 0.4f * ops::roll(own, 1, 1);
  std::vector<float> useful(kFeatures);
  for (std::size_t i = 0; i < useful.size(); i += 4) useful[i] = 1.0f;
  const Tensor coefficients =
      random.normal({kFeatures, kUnits}, 0.0f, 1.0f) * Tensor({kFeatures, 1}, useful);
  const Tensor many =
      ops::matmul(x, coefficients) + 0.5f + random.normal({kSamples, kUnits}, 0.0f, 0.3f);
  const Tensor y = ops::slice(many, {0, 0}, {kSamples, 1});
  std::vector<float> labels;
  const Tensor scores = y + random.normal({kSamples, 1}, 0.0f, 0.5f);
  for (const float score : scores.values()) labels.push_back(score > 0.5f ? 1.0f : 0.0f);
  return {x, y, Tensor({kSamples, 1}, labels), many};
}

// The rates that bring an optimizer to rest, each for `steps` steps.
struct Way {
  const char* name;
  OptimizerSpec optimizer;
  std::vector<float> rates;
  int steps = 2000;
};

std::vector<Way> ways(bool logistic) {
  if (logistic) {
    return {{"SGD", SGD(), {0.5f, 0.5f, 0.5f}},
            {"SGD with momentum", SGD({.momentum = 0.9f}), {0.05f, 0.05f}},
            {"Adam", Adam(), {5e-2f, 1e-2f, 1e-3f, 1e-4f}}};
  }
  return {{"SGD", SGD(), {0.1f, 0.1f}},
          {"SGD with momentum", SGD({.momentum = 0.9f}), {0.01f, 0.01f}},
          {"Adam", Adam(), {1e-2f, 3e-3f, 1e-3f, 3e-4f}}};
}

struct Problem {
  const char* loss;
  const char* rule;
  Config factors;
  RegularizerSpec regularizer;
};

Config trained(const Problem& problem, const Way& way, const Tensor& x, const Tensor& y) {
  Sequential model({layers::Input({kFeatures}),
                    layers::Dense({.units = static_cast<int>(y.shape().back()),
                                   .kernel_regularizer = Proximal(problem.regularizer)})});
  LossSpec loss = "mse";
  if (std::string(problem.loss) == "logistic")
    loss = losses::BinaryCrossentropy({.from_logits = true});
  model.compile({.optimizer = way.optimizer, .loss = loss});
  for (const float rate : way.rates) {
    model.optimizer().set_learning_rate(rate);
    for (int step = 0; step < way.steps; ++step) model.train_on_batch(x, y);
  }
  return {{"loss", problem.loss},
          {"rule", problem.rule},
          {"factors", problem.factors},
          {"optimizer", way.name},
          {"kernel", written(model.get_weights()[0])},
          {"bias", written(model.get_weights()[1])}};
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  set_random_seed(7);
  const Data data = drawn();
  const std::vector<Problem> problems = {
      {"mse", "Lasso", {{"l1", 0.1f}}, L1(0.1f)},
      {"mse", "Lasso", {{"l1", 0.6f}}, L1(0.6f)},
      {"mse", "ElasticNet", {{"l1", 0.3f}, {"l2", 0.2f}}, L1L2(0.3f, 0.2f)},
      {"logistic", "LogisticRegression", {{"l1", 0.01f}}, L1(0.01f)},
      {"logistic", "LogisticRegression", {{"l1", 0.03f}}, L1(0.03f)},
      {"mse", "GroupLasso", {{"group", 0.1f}}, GroupLasso(0.1f)},
      {"mse",
       "SparseGroupLasso",
       {{"l1", 0.03f}, {"group", 0.05f}},
       SparseGroupLasso(0.03f, 0.05f)},
  };
  Config cases = Config::array();
  for (const Problem& problem : problems) {
    const bool logistic = std::string(problem.loss) == "logistic";
    const Tensor& y = logistic                            ? data.labels
                      : problem.factors.contains("group") ? data.many
                                                          : data.y;
    for (const Way& way : ways(logistic)) {
      Config found = trained(problem, way, data.x, y);
      found["targets"] = written(y);
      cases.push_back(std::move(found));
    }
  }
  std::ofstream file(arguments[1]);
  file << Config{{"x", written(data.x)}, {"cases", cases}} << '\n';
  return file.flush() ? 0 : 1;
}
