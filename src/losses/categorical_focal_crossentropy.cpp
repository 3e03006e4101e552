// The loss of one class among several that holds easy answers down: its options, targets and
// config.
#include "strata/losses/categorical_focal_crossentropy.hpp"

#include "losses/fields.hpp"
#include "losses/focal.hpp"
#include "ops/crossentropy.hpp"

namespace strata::losses {

void list_fields(auto& fields, CategoricalFocalCrossentropyOptions& options) {
  fields.truth("from_logits", options.from_logits);
  fields.or_default("label_smoothing", options.label_smoothing);
  fields("axis", options.axis);
  fields("alpha", options.alpha);
  fields("gamma", options.gamma);
}

CategoricalFocalCrossentropy::CategoricalFocalCrossentropy(const Options& options)
    : Loss(base_options<LossOptions>(options)), options_(options) {
  ops::check_label_smoothing("CategoricalFocalCrossentropy", options.label_smoothing);
  check(!options.alpha.empty(), "CategoricalFocalCrossentropy",
        "alpha must be a number, or one for each class. Received: none.");
  check_focus("CategoricalFocalCrossentropy", options.alpha.values(), options.gamma);
}

Tensor CategoricalFocalCrossentropy::call(const Tensor& y_true, const Tensor& y_pred) const {
  const ops::CategoricalFocalOptions focus{.alpha = options_.alpha.values(),
                                           .gamma = options_.gamma};
  return ops::categorical_focal_crossentropy(y_true, y_pred,
                                             {.from_logits = options_.from_logits,
                                              .label_smoothing = options_.label_smoothing,
                                              .axis = options_.axis},
                                             focus);
}

void CategoricalFocalCrossentropy::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  check_dense_targets(y_true, y_pred);
}

Config CategoricalFocalCrossentropy::get_config() const {
  return with_fields(Loss::get_config(), options_);
}

CategoricalFocalCrossentropy CategoricalFocalCrossentropy::from_config(const Config& config) {
  return CategoricalFocalCrossentropy(
      read_options<Options>("CategoricalFocalCrossentropy", config));
}

}  // namespace strata::losses
