#include "strata/metrics/cosine_similarity.hpp"

#include "metrics/fields.hpp"
#include "ops/align.hpp"
#include "ops/distance.hpp"

namespace strata::metrics {

CosineSimilarity::CosineSimilarity(const Options& options)
    : MeanMetric(options.name), options_(options) {}

Tensor CosineSimilarity::values(const Tensor& y_true, const Tensor& y_pred) const {
  const auto [targets, predictions] = ops::align_ranks(y_true, y_pred);
  return ops::cosine_similarity(targets, predictions, options_.axis);
}

Config CosineSimilarity::get_config() const {
  Config config = Metric::get_config();
  config["axis"] = to_config(options_.axis);
  return config;
}

CosineSimilarity CosineSimilarity::from_config(const Config& config) {
  return CosineSimilarity(
      read_options<Options>("CosineSimilarity", config,
                            [](auto& fields, Options& options) { fields("axis", options.axis); }));
}

}  // namespace strata::metrics
