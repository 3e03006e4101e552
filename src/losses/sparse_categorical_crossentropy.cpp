#include "strata/losses/sparse_categorical_crossentropy.hpp"

#include "losses/fields.hpp"
#include "ops/crossentropy.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::losses {
namespace {

constexpr const char* kWho = "SparseCategoricalCrossentropy";

}  // namespace

SparseCategoricalCrossentropy::SparseCategoricalCrossentropy(const Options& options)
    : Loss({.reduction = options.reduction, .name = options.name}), options_(options) {}

Tensor SparseCategoricalCrossentropy::call(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::sparse_categorical_crossentropy(y_true, y_pred,
                                              {.from_logits = options_.from_logits,
                                               .ignore_class = options_.ignore_class,
                                               .axis = options_.axis});
}

Tensor SparseCategoricalCrossentropy::mask(const Tensor& y_true, const Tensor& y_pred) const {
  if (!options_.ignore_class) return {};
  const Tensor labels = ops::labels_for(y_true, y_pred.shape(), options_.axis, kWho);
  return ops::not_equal(labels, static_cast<float>(*options_.ignore_class));
}

void SparseCategoricalCrossentropy::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  const bool batched = y_true.rank() >= 1 && y_pred.rank() >= 1;
  const Shape expected = batched ? y_pred.with(0, y_true.shape().front()) : y_pred;
  const Tensor labels = ops::labels_for(y_true, expected, options_.axis, kWho);
  const std::int64_t classes = y_pred[y_pred.axis(options_.axis, kWho)];
  ops::check_labels(labels, classes, options_.ignore_class, kWho);
}

Config SparseCategoricalCrossentropy::get_config() const {
  Config config = Loss::get_config();
  config["from_logits"] = options_.from_logits;
  config["ignore_class"] = to_config(options_.ignore_class);
  if (options_.axis != Options{}.axis) config["axis"] = options_.axis;
  return config;
}

SparseCategoricalCrossentropy SparseCategoricalCrossentropy::from_config(const Config& config) {
  return SparseCategoricalCrossentropy(
      read_options<Options>(kWho, config, [](auto& fields, Options& options) {
        fields.truth("from_logits", options.from_logits);
        fields("ignore_class", options.ignore_class);
        fields("axis", options.axis);
      }));
}

}  // namespace strata::losses
