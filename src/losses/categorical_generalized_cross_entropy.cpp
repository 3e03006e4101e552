// The loss of one class among several, for labels of which some are wrong: its option, targets and
// config.
#include "strata/losses/categorical_generalized_cross_entropy.hpp"

#include "losses/fields.hpp"
#include "losses/targets.hpp"
#include "strata/ops/distance.hpp"

namespace strata::losses {

void list_fields(auto& fields, CategoricalGeneralizedCrossEntropyOptions& options) {
  fields("q", options.q);
}

CategoricalGeneralizedCrossEntropy::CategoricalGeneralizedCrossEntropy(const Options& options)
    : Loss(base_options<LossOptions>(options)), options_(options) {
  check(options.q > 0.0f && options.q < 1.0f, "CategoricalGeneralizedCrossEntropy",
        "q must lie in (0, 1). Received: q={}.", options.q);
}

Tensor CategoricalGeneralizedCrossEntropy::call(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::categorical_generalized_cross_entropy(y_true, y_pred, options_.q);
}

void CategoricalGeneralizedCrossEntropy::check_targets(const Tensor& y_true,
                                                       const Shape& y_pred) const {
  check_label_targets("CategoricalGeneralizedCrossEntropy", y_true, y_pred);
}

Config CategoricalGeneralizedCrossEntropy::get_config() const {
  return with_fields(Loss::get_config(), options_);
}

CategoricalGeneralizedCrossEntropy CategoricalGeneralizedCrossEntropy::from_config(
    const Config& config) {
  return CategoricalGeneralizedCrossEntropy(
      read_options<Options>("CategoricalGeneralizedCrossEntropy", config));
}

}  // namespace strata::losses
