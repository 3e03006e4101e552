#include "strata/losses/cosine_similarity.hpp"

#include "losses/fields.hpp"
#include "losses/targets.hpp"
#include "ops/distance.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::losses {

CosineSimilarity::CosineSimilarity(const Options& options)
    : Loss({.reduction = options.reduction, .name = options.name}), axis_(options.axis) {}

Tensor CosineSimilarity::call(const Tensor& y_true, const Tensor& y_pred) const {
  return -ops::cosine_similarity(y_true, y_pred, axis_);
}

void CosineSimilarity::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  check_dense_targets("CosineSimilarity", y_true, y_pred);
}

Config CosineSimilarity::get_config() const {
  Config config = Loss::get_config();
  if (axis_ != Options{}.axis) config["axis"] = axis_;
  return config;
}

CosineSimilarity CosineSimilarity::from_config(const Config& config) {
  return CosineSimilarity(
      read_options<Options>("CosineSimilarity", config,
                            [](auto& fields, Options& options) { fields("axis", options.axis); }));
}

}  // namespace strata::losses
