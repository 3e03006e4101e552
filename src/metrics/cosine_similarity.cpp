// CosineSimilarity: its options, values and config.
#include "strata/metrics/cosine_similarity.hpp"

#include "metrics/fields.hpp"
#include "strata/ops/distance.hpp"

namespace strata::metrics {

void list_fields(auto& fields, CosineSimilarityOptions& options) { fields("axis", options.axis); }

CosineSimilarity::CosineSimilarity(const Options& options)
    : MeanMetric(options.name), options_(options) {}

Tensor CosineSimilarity::values(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::cosine_similarity(y_true, y_pred, options_.axis);
}

Config CosineSimilarity::get_config() const { return with_fields(Metric::get_config(), options_); }

CosineSimilarity CosineSimilarity::from_config(const Config& config) {
  return CosineSimilarity(read_options<Options>("CosineSimilarity", config));
}

}  // namespace strata::metrics
