// The loss of yes and no: its options, targets and config.
#include "strata/losses/binary_crossentropy.hpp"

#include "losses/fields.hpp"
#include "losses/targets.hpp"
#include "ops/crossentropy.hpp"

namespace strata::losses {

void list_fields(auto& fields, BinaryCrossentropyOptions& options) {
  fields.truth("from_logits", options.from_logits);
  fields.or_default("label_smoothing", options.label_smoothing);
  fields("axis", options.axis);
}

BinaryCrossentropy::BinaryCrossentropy(const Options& options)
    : Loss(base_options<LossOptions>(options)), options_(options) {
  ops::check_label_smoothing("BinaryCrossentropy", options.label_smoothing);
}

Tensor BinaryCrossentropy::call(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::binary_crossentropy(y_true, y_pred,
                                  {.from_logits = options_.from_logits,
                                   .label_smoothing = options_.label_smoothing,
                                   .axis = options_.axis});
}

void BinaryCrossentropy::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  check_dense_targets(y_true, y_pred);
  check_probabilities("BinaryCrossentropy", y_true);
}

Config BinaryCrossentropy::get_config() const { return with_fields(Loss::get_config(), options_); }

BinaryCrossentropy BinaryCrossentropy::from_config(const Config& config) {
  return BinaryCrossentropy(read_options<Options>("BinaryCrossentropy", config));
}

}  // namespace strata::losses
