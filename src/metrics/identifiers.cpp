#include "metrics/identifiers.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <vector>

#include "core/registry.hpp"
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

struct Names {
  std::shared_ptr<Metric> (*make)(std::string name);
  const char* class_name;
  const char* brief = nullptr;
  const char* brief_upper = nullptr;

  bool contain(std::string_view name) const {
    return name == class_name || name == registry::snake_case(class_name) ||
           (brief != nullptr && (name == brief || name == brief_upper));
  }
};

template <class T>
std::shared_ptr<Metric> make(std::string name) {
  typename T::Options options;
  options.name = std::move(name);
  return std::make_shared<T>(options);
}

constexpr std::array kMetrics = {
    Names{make<MeanSquaredError>, "MeanSquaredError", "mse", "MSE"},
    Names{make<RootMeanSquaredError>, "RootMeanSquaredError"},
    Names{make<MeanAbsoluteError>, "MeanAbsoluteError", "mae", "MAE"},
    Names{make<MeanAbsolutePercentageError>, "MeanAbsolutePercentageError", "mape", "MAPE"},
    Names{make<MeanSquaredLogarithmicError>, "MeanSquaredLogarithmicError", "msle", "MSLE"},
    Names{make<CosineSimilarity>, "CosineSimilarity"},
    Names{make<LogCoshError>, "LogCoshError"},
    Names{make<BinaryAccuracy>, "BinaryAccuracy"},
    Names{make<CategoricalAccuracy>, "CategoricalAccuracy"},
    Names{make<SparseCategoricalAccuracy>, "SparseCategoricalAccuracy"},
    Names{make<TopKCategoricalAccuracy>, "TopKCategoricalAccuracy"},
    Names{make<SparseTopKCategoricalAccuracy>, "SparseTopKCategoricalAccuracy"},
    Names{make<BinaryCrossentropy>, "BinaryCrossentropy", "bce", "BCE"},
    Names{make<CategoricalCrossentropy>, "CategoricalCrossentropy"},
    Names{make<SparseCategoricalCrossentropy>, "SparseCategoricalCrossentropy"},
    Names{make<KLDivergence>, "KLDivergence"},
    Names{make<Poisson>, "Poisson"},
    Names{make<Hinge>, "Hinge"},
    Names{make<SquaredHinge>, "SquaredHinge"},
    Names{make<CategoricalHinge>, "CategoricalHinge"},
};

const Names* find(std::string_view identifier) {
  const auto* found = std::find_if(kMetrics.begin(), kMetrics.end(),
                                   [&](const Names& names) { return names.contain(identifier); });
  return found == kMetrics.end() ? nullptr : found;
}

bool is_accuracy(std::string_view identifier) {
  std::string name;
  for (const char c : identifier)
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name == "accuracy" || name == "acc";
}

std::vector<std::string> known() {
  std::vector<std::string> names = {"accuracy", "acc"};
  for (const Names& metric : kMetrics) {
    names.emplace_back(metric.class_name);
    names.push_back(registry::snake_case(metric.class_name));
    if (metric.brief != nullptr) names.insert(names.end(), {metric.brief, metric.brief_upper});
  }
  return names;
}

}  // namespace

bool is_identifier(std::string_view identifier) {
  return find(identifier) != nullptr || is_accuracy(identifier);
}

}  // namespace metrics

std::shared_ptr<Metric> Metric::from_identifier(std::string_view identifier) {
  if (metrics::is_accuracy(identifier))
    return std::make_shared<metrics::ResolvedAccuracy>(std::string(identifier));
  const metrics::Names* names = metrics::find(identifier);
  if (names == nullptr) registry::raise_unknown("Metric", identifier, metrics::known());
  return names->make(std::string(identifier));
}

}  // namespace strata
