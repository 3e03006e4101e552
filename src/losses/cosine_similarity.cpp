// The loss of directions: its option, targets and config.
#include "strata/losses/cosine_similarity.hpp"

#include "losses/fields.hpp"
#include "strata/ops/distance.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::losses {

void list_fields(auto& fields, CosineSimilarityOptions& options) {
  fields.unless("axis", options.axis, -1);
}

CosineSimilarity::CosineSimilarity(const Options& options)
    : Loss(base_options<LossOptions>(options)), options_(options) {}

Tensor CosineSimilarity::call(const Tensor& y_true, const Tensor& y_pred) const {
  return -ops::cosine_similarity(y_true, y_pred, options_.axis);
}

void CosineSimilarity::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  check_dense_targets(y_true, y_pred);
}

Config CosineSimilarity::get_config() const { return with_fields(Loss::get_config(), options_); }

CosineSimilarity CosineSimilarity::from_config(const Config& config) {
  return CosineSimilarity(read_options<Options>("CosineSimilarity", config));
}

}  // namespace strata::losses
