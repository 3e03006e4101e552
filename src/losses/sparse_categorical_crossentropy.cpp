// The loss of one class among several, from labels: its options, targets, mask and config.
#include "strata/losses/sparse_categorical_crossentropy.hpp"

#include "losses/fields.hpp"
#include "losses/targets.hpp"
#include "ops/crossentropy.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::losses {
namespace {

constexpr const char* kWho = "SparseCategoricalCrossentropy";

}  // namespace

void list_fields(auto& fields, SparseCategoricalCrossentropyOptions& options) {
  fields.truth("from_logits", options.from_logits);
  fields("ignore_class", options.ignore_class);
  fields.unless("axis", options.axis, -1);
}

SparseCategoricalCrossentropy::SparseCategoricalCrossentropy(const Options& options)
    : Loss(base_options<LossOptions>(options)), options_(options) {}

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
  check_label_targets(kWho, y_true, y_pred, options_.axis, options_.ignore_class);
}

Config SparseCategoricalCrossentropy::get_config() const {
  return with_fields(Loss::get_config(), options_);
}

SparseCategoricalCrossentropy SparseCategoricalCrossentropy::from_config(const Config& config) {
  return SparseCategoricalCrossentropy(
      read_options<Options>("SparseCategoricalCrossentropy", config));
}

}  // namespace strata::losses
