// The loss of yes and no that holds easy answers down: its options, targets and config.
#include "strata/losses/binary_focal_crossentropy.hpp"

#include "losses/fields.hpp"
#include "losses/focal.hpp"
#include "losses/targets.hpp"
#include "ops/crossentropy.hpp"

namespace strata::losses {

void list_fields(auto& fields, BinaryFocalCrossentropyOptions& options) {
  fields.truth("from_logits", options.from_logits);
  fields.or_default("label_smoothing", options.label_smoothing);
  fields("axis", options.axis);
  fields.truth("apply_class_balancing", options.apply_class_balancing);
  fields("alpha", options.alpha);
  fields("gamma", options.gamma);
}

BinaryFocalCrossentropy::BinaryFocalCrossentropy(const Options& options)
    : Loss(base_options<LossOptions>(options)), options_(options) {
  ops::check_label_smoothing("BinaryFocalCrossentropy", options.label_smoothing);
  check_focus("BinaryFocalCrossentropy", {&options.alpha, 1}, options.gamma);
}

Tensor BinaryFocalCrossentropy::call(const Tensor& y_true, const Tensor& y_pred) const {
  const ops::BinaryFocalOptions focus{
      .alpha = options_.alpha, .gamma = options_.gamma, .balances = options_.apply_class_balancing};
  return ops::binary_focal_crossentropy(y_true, y_pred,
                                        {.from_logits = options_.from_logits,
                                         .label_smoothing = options_.label_smoothing,
                                         .axis = options_.axis},
                                        focus);
}

void BinaryFocalCrossentropy::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  check_dense_targets(y_true, y_pred);
  check_probabilities("BinaryFocalCrossentropy", y_true);
}

Config BinaryFocalCrossentropy::get_config() const {
  return with_fields(Loss::get_config(), options_);
}

BinaryFocalCrossentropy BinaryFocalCrossentropy::from_config(const Config& config) {
  return BinaryFocalCrossentropy(read_options<Options>("BinaryFocalCrossentropy", config));
}

}  // namespace strata::losses
