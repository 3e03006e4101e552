// The checks that every layer has to pass.
#include "support/layer_contract.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>
#include <set>
#include <vector>

#include "core/parallel.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/core/threads.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/tensor/random.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::uint64_t kSeed = 11;

Tensor inputs_of(const LayerCase& row, const Shape& shape) {
  random::Generator stream(kSeed);
  if (row.indices == 0) return stream.normal(shape);
  return ops::floor(static_cast<float>(row.indices) * stream.uniform(shape));
}

Tensor inputs_of(const LayerCase& row) { return inputs_of(row, row.input); }

std::shared_ptr<Layer> make(const LayerCase& row) {
  set_random_seed(kSeed);
  return row.make().layer();
}

std::shared_ptr<Layer> make_built(const LayerCase& row) {
  auto layer = make(row);
  layer->build(row.input);
  return layer;
}

double total(const Tensor& tensor) { return ops::sum(ops::abs(tensor)).item(); }

bool all_zero(const Tensor& tensor) { return total(tensor) == 0.0; }

std::vector<float> values_of(const std::vector<Tensor>& tensors) {
  std::vector<float> values;
  for (const Tensor& tensor : tensors) {
    if (tensor.defined())
      values.insert(values.end(), tensor.values().begin(), tensor.values().end());
  }
  return values;
}

double sum_of(const std::vector<Penalty>& penalties, std::string_view source) {
  double sum = 0.0;
  for (const Penalty& penalty : penalties) {
    if (penalty.source == source) sum += penalty.value.item();
  }
  return sum;
}

/// The regularizer slots of weights, by name: what the config says.
std::vector<std::string> slots_of(const Layer& layer) {
  constexpr std::string_view kSuffix = "_regularizer";
  const Config config = layer.get_config();
  std::vector<std::string> slots;
  for (const auto& [key, value] : config.items()) {
    if (key.ends_with(kSuffix) && key != "activity_regularizer") {
      slots.push_back(key.substr(0, key.size() - kSuffix.size()));
    }
  }
  return slots;
}

/// The name of the weight that a slot is for: its own, else that of the kernel it names
/// (`recurrent_kernel`, `pointwise_kernel`), else the layer's only kernel.
std::string weight_of(const Layer& layer, const std::string& slot) {
  const std::vector<Variable> weights = layer.own_weights();
  const auto has = [&](const std::string& name) {
    return std::any_of(weights.begin(), weights.end(),
                       [&](const Variable& weight) { return weight.name() == name; });
  };
  if (has(slot)) return slot;
  return has(slot + "_kernel") ? slot + "_kernel" : "kernel";
}

/// Mean of squares of the outputs, and all penalties.
Tensor objective(Layer& layer, const Tensor& x, bool training) {
  const Tensor outputs = layer(x, {.training = training});
  return ops::mean(ops::square(outputs)) + ops::sum(layer.losses());
}

struct Outcome {
  std::vector<float> forward;   // outputs and losses
  std::vector<float> backward;  // gradients of the weights and the inputs
};

Outcome train_once(const LayerCase& row, const Tensor& inputs) {
  const auto layer = make(row);
  GradientTape tape({.persistent = true});
  const Tensor x = tape.watch(inputs);
  const Tensor outputs = (*layer)(x, {.training = true});
  std::vector<Tensor> forward = layer->losses();
  const Tensor loss = ops::mean(ops::square(outputs)) + ops::sum(forward);
  forward.push_back(outputs);
  std::vector<Tensor> backward = tape.gradient(loss, layer->trainable_variables());
  backward.push_back(tape.gradient(loss, x));
  return {values_of(forward), values_of(backward)};
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const LayerCase& row) { return out << row.name; }

void expect_output_shape(const LayerCase& row) {
  const Shape any_batch = row.input.with(0, Shape::kUnknown);
  const Shape any_output = row.output.with(0, Shape::kUnknown);
  const auto layer = make(row);
  EXPECT_EQ(layer->compute_output_shape(row.input), row.output) << "before building";
  EXPECT_EQ(layer->compute_output_shape(any_batch), any_output) << "before building";
  EXPECT_TRUE(layer->weights().empty()) << "being asked is not being built";
  layer->build(any_batch);
  EXPECT_TRUE(layer->built());
  EXPECT_EQ(layer->compute_output_shape(any_batch), any_output) << "after building";
  EXPECT_EQ((*layer)(inputs_of(row)).shape(), row.output);
  EXPECT_EQ((*layer)(inputs_of(row, row.input.with(0, 0))).shape(), row.output.with(0, 0));
}

void expect_weights_and_penalties(const LayerCase& row) {
  const auto layer = make_built(row);
  EXPECT_EQ(layer->weights().size(), row.weights.size());
  const auto slots = slots_of(*layer);
  EXPECT_EQ(layer->losses().size(), layer->penalties().size());
  (*layer)(inputs_of(row));
  EXPECT_EQ(layer->losses().size(), static_cast<std::size_t>(row.penalties));
  for (const Penalty& penalty : layer->penalties()) {
    EXPECT_GT(penalty.value.item(), 0.0f) << penalty.source << " is regularized for nothing";
  }
  for (const std::string& slot : slots) {
    EXPECT_TRUE(layer->weight(weight_of(*layer, slot)).regularizer())
        << slot << "'s slot is not filled by this row";
  }
  (*layer)(inputs_of(row));
  EXPECT_EQ(layer->losses().size(), static_cast<std::size_t>(row.penalties)) << "they pile up";
}

void expect_named_weights(const LayerCase& row) {
  const auto layer = make_built(row);
  const std::vector<Variable> weights = layer->weights();
  const std::vector<NamedWeight> named = layer->named_weights();
  ASSERT_EQ(named.size(), weights.size());
  ASSERT_EQ(row.weights.size(), weights.size());
  std::set<std::string> paths;
  for (std::size_t i = 0; i < named.size(); ++i) {
    const auto& [path, weight] = named[i];
    EXPECT_TRUE(weight == weights[i]) << path;
    EXPECT_TRUE(paths.insert(path).second) << path << " twice";
    EXPECT_TRUE(path == weight.name() || path.ends_with("/" + weight.name())) << path;
    EXPECT_EQ(weight.path(), layer->name() + "/" + path);
    EXPECT_EQ(weight.axes(), row.weights[i]) << path;
  }
}

void expect_random_states(const LayerCase& row) {
  const auto layer = make_built(row);
  const Tensor x = inputs_of(row);
  const auto states = layer->random_states();
  const auto weights = layer->get_weights();
  const Tensor first = (*layer)(x, {.training = true});
  layer->set_weights(weights);  // which a call in training may change
  const Tensor second = (*layer)(x, {.training = true});
  EXPECT_EQ(values_of({first}) != values_of({second}), !states.empty()) << "draws, or does not";
  layer->set_random_states(states);
  layer->set_weights(weights);
  EXPECT_EQ(layer->random_states(), states);
  EXPECT_THAT((*layer)(x, {.training = true}), IsClose(first, 0.0));
}

void expect_config_round_trip(const LayerCase& row) {
  const auto fresh = make(row);
  EXPECT_EQ(layers::serialize(*layers::deserialize(layers::serialize(*fresh))),
            layers::serialize(*fresh));
  const auto layer = make_built(row);
  const Config object = layers::serialize(*layer);
  EXPECT_EQ(object["class_name"], row.name);
  const auto copy = layers::deserialize(object);
  EXPECT_EQ(copy->get_config(), layer->get_config());

  const Tensor x = inputs_of(row);
  copy->build(row.input);
  copy->set_weights(layer->get_weights());
  EXPECT_THAT((*copy)(x), IsClose((*layer)(x), 0.0));
  EXPECT_EQ(values_of(copy->losses()), values_of(layer->losses()));

  Config wrong = object;
  wrong["config"]["nonsense"] = 1;
  EXPECT_THAT(
      [&] { layers::deserialize(wrong); },
      ::testing::ThrowsMessage<InvalidArgument>(AllOf(HasSubstr(row.name), HasSubstr("nonsense"))));
}

void expect_penalty_gradients(const LayerCase& row) {
  const auto layer = make_built(row);
  GradientTape tape({.persistent = true});
  const Tensor x = tape.watch(inputs_of(row));
  (*layer)(x, {.training = true});
  int found = 0;
  for (const Penalty& penalty : layer->penalties()) {
    ++found;
    std::vector<Tensor> gradients = tape.gradient(penalty.value, layer->trainable_variables());
    if (penalty.source == "activity" && row.indices == 0)
      gradients = {tape.gradient(penalty.value, x)};
    EXPECT_TRUE(std::any_of(gradients.begin(), gradients.end(), [](const Tensor& gradient) {
      return gradient.defined() && !all_zero(gradient);
    })) << penalty.source;
  }
  EXPECT_EQ(found, row.penalties);
}

void expect_activity_per_sample(const LayerCase& row) {
  const auto layer = make_built(row);
  const Tensor x = inputs_of(row);
  (*layer)(x);
  const double once = sum_of(layer->penalties(), "activity");
  EXPECT_GT(once, 0.0) << "the activity slot is not filled by this row";
  (*layer)(ops::concatenate({x, x}, 0));
  EXPECT_NEAR(sum_of(layer->penalties(), "activity"), once, 1e-5 * once);
  (*layer)(inputs_of(row, row.input.with(0, 0)));
  EXPECT_EQ(sum_of(layer->penalties(), "activity"), 0.0);
}

void expect_set_regularizer(const LayerCase& row) {
  const auto layer = make_built(row);
  for (const std::string& slot : slots_of(*layer)) {
    const std::string weight = weight_of(*layer, slot);
    const double size = total(layer->weight(weight));
    layer->set_regularizer(weight, regularizers::L1(1.0f));
    EXPECT_NEAR(sum_of(layer->penalties(), weight), size, 1e-5 * size) << slot;
    EXPECT_EQ(layer->get_config()[slot + "_regularizer"],
              regularizers::serialize(regularizers::L1(1.0f)));
    layer->set_regularizer(weight, nullptr);
    EXPECT_EQ(sum_of(layer->penalties(), weight), 0.0) << slot;
    EXPECT_TRUE(layer->get_config()[slot + "_regularizer"].is_null());

    const auto unbuilt = make(row);
    unbuilt->set_regularizer(weight, regularizers::L1(1.0f));
    unbuilt->build(row.input);
    EXPECT_NEAR(sum_of(unbuilt->penalties(), weight), total(unbuilt->weight(weight)), 1e-5 * size)
        << slot << " before building";
  }
  layer->set_regularizer("activity", regularizers::L1(1.0f));
  EXPECT_EQ(layer->get_config()["activity_regularizer"],
            regularizers::serialize(regularizers::L1(1.0f)));
  EXPECT_THROW(layer->set_regularizer("nonsense", "l2"), InvalidArgument);
  EXPECT_THROW(make(row)->set_regularizer("nonsense", "l2"), InvalidArgument) << "before building";
}

void expect_frozen(const LayerCase& row) {
  const auto layer = make_built(row);
  const Tensor x = inputs_of(row);
  (*layer)(x);
  const std::vector<Penalty> before = layer->penalties();
  layer->set_trainable(false);
  (*layer)(x);
  const std::vector<Penalty> after = layer->penalties();
  EXPECT_TRUE(layer->trainable_variables().empty());
  EXPECT_EQ(sum_of(after, "activity"), sum_of(before, "activity"));
  EXPECT_TRUE(std::all_of(after.begin(), after.end(),
                          [](const Penalty& penalty) { return penalty.source == "activity"; }));
  const auto copy = layers::deserialize(layers::serialize(*layer));
  copy->build(row.input);
  EXPECT_TRUE(copy->trainable_variables().empty());
  layer->set_trainable(true);
  EXPECT_EQ(layer->penalties().size(), before.size());
}

void expect_learning(const LayerCase& row) {
  const auto layer = make_built(row);
  const std::vector<Variable> weights = layer->trainable_variables();
  GradientTape tape({.persistent = true});
  Tensor x = tape.watch(inputs_of(row));
  const Tensor before = objective(*layer, x, false);
  constexpr float kStep = 1e-3f;
  const std::vector<Tensor> gradients = tape.gradient(before, weights);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    ASSERT_TRUE(gradients[i].defined()) << weights[i].name() << " is not trained";
    weights[i].assign(weights[i] - kStep * gradients[i]);
  }
  if (weights.empty()) x = x - kStep * tape.gradient(before, x);
  EXPECT_LT(objective(*layer, x, false).item(), before.item());
}

void expect_same_bits_for_any_threads(const LayerCase& row) {
  // Enough for loops over elements to use their threads. Matrix products would need far more: their
  // own tests and those of convolutions see to them.
  constexpr std::int64_t kElements = 1 << 17;
  const std::int64_t sample = row.input.with(0, 1).element_count();
  const Tensor inputs = inputs_of(row, row.input.with(0, kElements / sample));
  const int threads = num_threads();
  const KeepHelpers keep;
  set_num_threads(1);
  const Outcome one = train_once(row, inputs);
  set_num_threads(2);
  const Outcome two = train_once(row, inputs);
  set_num_threads(threads);
  EXPECT_TRUE(one.forward == two.forward) << "outputs or losses differ";
  EXPECT_TRUE(one.backward == two.backward) << "gradients differ";
  EXPECT_TRUE(std::isfinite(one.forward.front()));
}

}  // namespace strata::testing
