#include "metrics/identifiers.hpp"

#include <string>
#include <vector>

#include "core/name_table.hpp"
#include "metrics/resolved_accuracy.hpp"
#include "strata/metrics/accuracy.hpp"
#include "strata/metrics/binary_accuracy.hpp"
#include "strata/metrics/binary_crossentropy.hpp"
#include "strata/metrics/categorical_accuracy.hpp"
#include "strata/metrics/categorical_crossentropy.hpp"
#include "strata/metrics/categorical_hinge.hpp"
#include "strata/metrics/cosine_similarity.hpp"
#include "strata/metrics/hinge.hpp"
#include "strata/metrics/kl_divergence.hpp"
#include "strata/metrics/log_cosh_error.hpp"
#include "strata/metrics/mean_absolute_error.hpp"
#include "strata/metrics/mean_absolute_percentage_error.hpp"
#include "strata/metrics/mean_squared_error.hpp"
#include "strata/metrics/mean_squared_logarithmic_error.hpp"
#include "strata/metrics/poisson.hpp"
#include "strata/metrics/root_mean_squared_error.hpp"
#include "strata/metrics/sparse_categorical_accuracy.hpp"
#include "strata/metrics/sparse_categorical_crossentropy.hpp"
#include "strata/metrics/sparse_top_k_categorical_accuracy.hpp"
#include "strata/metrics/squared_hinge.hpp"
#include "strata/metrics/top_k_categorical_accuracy.hpp"

namespace strata {
namespace metrics {
namespace {

using Entry = NameEntry<std::shared_ptr<Metric>(std::string name)>;

template <class T>
std::shared_ptr<Metric> make(std::string name) {
  typename T::Options options;
  options.name = std::move(name);
  const auto metric = std::make_shared<T>(options);
  metric->template set_class<T>();
  return metric;
}

constexpr NameTable kMetrics({
    Entry{make<MeanSquaredError>, "MeanSquaredError", "mse", "MSE"},
    Entry{make<RootMeanSquaredError>, "RootMeanSquaredError"},
    Entry{make<MeanAbsoluteError>, "MeanAbsoluteError", "mae", "MAE"},
    Entry{make<MeanAbsolutePercentageError>, "MeanAbsolutePercentageError", "mape", "MAPE"},
    Entry{make<MeanSquaredLogarithmicError>, "MeanSquaredLogarithmicError", "msle", "MSLE"},
    Entry{make<CosineSimilarity>, "CosineSimilarity"},
    Entry{make<LogCoshError>, "LogCoshError"},
    Entry{make<BinaryAccuracy>, "BinaryAccuracy"},
    Entry{make<CategoricalAccuracy>, "CategoricalAccuracy"},
    Entry{make<SparseCategoricalAccuracy>, "SparseCategoricalAccuracy"},
    Entry{make<TopKCategoricalAccuracy>, "TopKCategoricalAccuracy"},
    Entry{make<SparseTopKCategoricalAccuracy>, "SparseTopKCategoricalAccuracy"},
    Entry{make<BinaryCrossentropy>, "BinaryCrossentropy", "bce", "BCE"},
    Entry{make<CategoricalCrossentropy>, "CategoricalCrossentropy"},
    Entry{make<SparseCategoricalCrossentropy>, "SparseCategoricalCrossentropy"},
    Entry{make<KLDivergence>, "KLDivergence"},
    Entry{make<Poisson>, "Poisson"},
    Entry{make<Hinge>, "Hinge"},
    Entry{make<SquaredHinge>, "SquaredHinge"},
    Entry{make<CategoricalHinge>, "CategoricalHinge"},
});

bool is_accuracy(std::string_view identifier) {
  const std::string name = registry::lower_case(identifier);
  return name == "accuracy" || name == "acc";
}

[[noreturn]] void raise_unknown(std::string_view identifier) {
  std::vector<std::string> known = kMetrics.names();
  known.insert(known.begin(), {"accuracy", "acc"});
  registry::raise_unknown("Metric", identifier, known);
}

}  // namespace

bool is_identifier(std::string_view identifier) {
  return kMetrics.find(identifier) != nullptr || is_accuracy(identifier);
}

}  // namespace metrics

std::shared_ptr<Metric> Metric::from_identifier(std::string_view identifier) {
  if (metrics::is_accuracy(identifier)) {
    const auto metric = std::make_shared<metrics::ResolvedAccuracy>(std::string(identifier));
    metric->set_class<metrics::ResolvedAccuracy>();
    return metric;
  }
  const auto make_metric = metrics::kMetrics.find(identifier);
  if (make_metric == nullptr) metrics::raise_unknown(identifier);
  return make_metric(std::string(identifier));
}

}  // namespace strata
