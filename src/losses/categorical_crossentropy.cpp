// The loss of one class among several, from one-hot targets: its options, targets and config.
#include "strata/losses/categorical_crossentropy.hpp"

#include "losses/fields.hpp"
#include "ops/crossentropy.hpp"

namespace strata::losses {

void list_fields(auto& fields, CategoricalCrossentropyOptions& options) {
  fields.truth("from_logits", options.from_logits);
  fields.or_default("label_smoothing", options.label_smoothing);
  fields("axis", options.axis);
}

CategoricalCrossentropy::CategoricalCrossentropy(const Options& options)
    : Loss(base_options<LossOptions>(options)), options_(options) {
  ops::check_label_smoothing("CategoricalCrossentropy", options.label_smoothing);
}

Tensor CategoricalCrossentropy::call(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::categorical_crossentropy(y_true, y_pred,
                                       {.from_logits = options_.from_logits,
                                        .label_smoothing = options_.label_smoothing,
                                        .axis = options_.axis});
}

void CategoricalCrossentropy::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  check_dense_targets(y_true, y_pred);
}

Config CategoricalCrossentropy::get_config() const {
  return with_fields(Loss::get_config(), options_);
}

CategoricalCrossentropy CategoricalCrossentropy::from_config(const Config& config) {
  return CategoricalCrossentropy(read_options<Options>("CategoricalCrossentropy", config));
}

}  // namespace strata::losses
