// Writes, for tests/interop/penalties.py, layers with each of the penalties that Keras lacks: their
// configs, weights, penalties and gradients as JSON, and a whole model with its penalties as a file.
//
//     strata_interop_penalties DIRECTORY
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "strata/config.hpp"
#include "strata/strata.hpp"

namespace {

using namespace strata;
using namespace strata::regularizers;

std::vector<std::int64_t> extents(const Shape& shape) { return {shape.begin(), shape.end()}; }

Config written(const Tensor& tensor) {
  return {{"shape", extents(tensor.shape())},
          {"data", std::vector<float>(tensor.values().begin(), tensor.values().end())}};
}

// The layer's weights, drawn, with the penalty and gradient of each that has a rule.
Config case_of(Layer& layer, const Shape& inputs, random::Generator& random) {
  layer.build(inputs);
  Config weights = Config::array();
  for (const Variable& weight : layer.weights()) {
    weight.assign(random.normal(weight.shape(), 0.0f, 1.0f));
    Config entry = {{"name", weight.name()}, {"value", written(weight.value())}};
    if (weight.regularizer() != nullptr) {
      GradientTape tape;
      const Tensor penalty =
          scalar_penalty(*weight.regularizer(), weight, weight.name(), weight.axes());
      entry["penalty"] = penalty.item();
      entry["gradient"] = written(tape.gradient(penalty, weight));
    }
    weights.push_back(std::move(entry));
  }
  Config object;
  object["layer"] = {{"module", "keras.layers"},
                     {"class_name", layer.class_name()},
                     {"config", layer.get_config()},
                     {"registered_name", nullptr}};
  object["inputs"] = extents(inputs);
  object["weights"] = std::move(weights);
  return object;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const std::string folder = arguments[1];
  const AtStep first(0, AtStep::Purpose::report);
  random::Generator random(20);
  const std::vector<RegularizerSpec> everywhere = {
      GroupLasso(0.3f),
      GroupLasso({.factor = 0.3f, .groups = "outputs"}),
      GroupLasso({.factor = 0.3f, .groups = "filters"}),
      GroupLasso({.factor = 0.3f, .groups = -1}),
      SparseGroupLasso({.l1 = 0.2f, .factor = 0.3f, .groups = "outputs"}),
      SpectralNorm(0.5f),
      NuclearNorm({.factor = 0.5f, .every = 3}),
      SoftOrthogonal(0.1f),
      HoyerSquare(0.1f),
      TotalVariation({.factor = 0.1f, .axes = {0, 1}}),
      Sum({L2(0.1f), GroupLasso(0.3f)}),
      Towards(L1(0.2f), Tensor(0.0f)),
      Scheduled(SparseGroupLasso(0.2f, 0.3f),
                optimizers::schedules::PolynomialDecay(
                    {.initial_learning_rate = 0.5f, .decay_steps = 100})),
  };
  Config cases = Config::array();
  for (const RegularizerSpec& rule : everywhere) {
    const bool shaped = dynamic_cast<const Towards*>(rule.rule().get()) != nullptr;
    const auto with = [&](const Shape& shape) -> RegularizerSpec {
      if (!shaped) return rule;
      return Towards(L1(0.2f), random.normal(shape, 0.0f, 1.0f));
    };
    layers::Dense dense({.units = 3, .kernel_regularizer = with({4, 3})});
    cases.push_back(case_of(dense, {2, 4}, random));
    layers::Conv2D conv({.filters = 3, .kernel_size = 2, .kernel_regularizer = with({2, 2, 4, 3})});
    cases.push_back(case_of(conv, {2, 5, 5, 4}, random));
    layers::Conv2DTranspose turned(
        {.filters = 3, .kernel_size = 2, .kernel_regularizer = with({2, 2, 3, 4})});
    cases.push_back(case_of(turned, {2, 5, 5, 4}, random));
    layers::LSTM lstm(
        {.units = 3, .kernel_regularizer = with({4, 12}), .recurrent_regularizer = with({3, 12})});
    cases.push_back(case_of(lstm, {2, 5, 4}, random));
    layers::Embedding embedding(
        {.input_dim = 5, .output_dim = 3, .embeddings_regularizer = with({5, 3})});
    cases.push_back(case_of(embedding, {2, 5}, random));
  }
  Config activities = Config::array();
  for (const RegularizerSpec& rule : std::vector<RegularizerSpec>{
           KLSparsity(0.5f, 0.2f), GroupLasso({.factor = 0.3f, .groups = -1}), HoyerSquare(0.1f),
           TotalVariation({.factor = 0.1f, .axes = -1}), Sum({L2(0.1f), KLSparsity(0.5f, 0.2f)})}) {
    GradientTape tape;
    const Tensor x = tape.watch(random.uniform({6, 4}, 0.02f, 0.98f));
    const Tensor penalty = rule(x);
    activities.push_back({{"rule", serialize(rule)},
                          {"x", written(x)},
                          {"penalty", penalty.item()},
                          {"gradient", written(tape.gradient(penalty, x))}});
  }
  Sequential model({layers::Input({6}),
                    layers::Dense({.units = 5,
                                   .activation = "sigmoid",
                                   .kernel_regularizer = Sum({GroupLasso(0.3f), Towards(L2(0.5f))}),
                                   .activity_regularizer = KLSparsity(0.5f, 0.2f)}),
                    layers::Dense({.units = 2,
                                   .kernel_regularizer = Towards(L1(0.5f)),
                                   .bias_regularizer = Proximal(L1(0.25f))})});
  for (const Variable& weight : model.weights())
    weight.assign(random.normal(weight.shape(), 0.0f, 1.0f));
  const Tensor x = random.normal({8, 6}, 0.0f, 1.0f);
  model(x);
  Config losses = Config::array();
  for (const Tensor& loss : model.losses()) losses.push_back(loss.item());
  model.save(folder + "/penalties.keras");
  // A step's projection, of what was pruned; inputs that were selected.
  Sequential pruned({layers::Input({6}), layers::Select({4, 0, 1}),
                     layers::Dense({.units = 4,
                                    .activation = "tanh",
                                    .kernel_constraint = constraints::Chain(
                                        {constraints::NonNeg(), constraints::KeepZeros()}),
                                    .bias_constraint = constraints::KeepZeros()})});
  const Variable kernel = pruned.layers()[1]->weight("kernel");
  pruned.layers()[1]->weight("bias").assign(random.normal({4}, 0.0f, 1.0f));
  kernel.assign(ops::relu(random.normal(kernel.shape(), 0.0f, 1.0f)));
  pruned.save(folder + "/pruned.keras");
  const std::shared_ptr<Model> opened = load_model(folder + "/pruned.keras");
  Config projected = Config::array();
  for (const Variable& weight : opened->weights()) {
    const Tensor value = random.normal(weight.shape(), 0.0f, 1.0f);
    projected.push_back(
        {{"value", written(value)}, {"projected", written((*weight.constraint())(value))}});
  }
  const Config all = {{"cases", std::move(cases)},
                      {"activities", std::move(activities)},
                      {"model", {{"x", written(x)}, {"losses", std::move(losses)}}},
                      {"pruned",
                       {{"x", written(x)},
                        {"outputs", written((*opened)(x))},
                        {"projected", std::move(projected)}}}};
  std::ofstream(folder + "/penalties.json") << all.dump();
  return 0;
}
