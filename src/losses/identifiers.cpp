#include "losses/identifiers.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <vector>

#include "core/registry.hpp"
#include "losses/resolved_crossentropy.hpp"
#include "strata/losses/binary_crossentropy.hpp"
#include "strata/losses/categorical_crossentropy.hpp"
#include "strata/losses/categorical_hinge.hpp"
#include "strata/losses/cosine_similarity.hpp"
#include "strata/losses/hinge.hpp"
#include "strata/losses/huber.hpp"
#include "strata/losses/kl_divergence.hpp"
#include "strata/losses/log_cosh.hpp"
#include "strata/losses/mean_absolute_error.hpp"
#include "strata/losses/mean_absolute_percentage_error.hpp"
#include "strata/losses/mean_squared_error.hpp"
#include "strata/losses/mean_squared_logarithmic_error.hpp"
#include "strata/losses/poisson.hpp"
#include "strata/losses/sparse_categorical_crossentropy.hpp"
#include "strata/losses/squared_hinge.hpp"

namespace strata {
namespace losses {
namespace {

struct Names {
  std::shared_ptr<const Loss> (*make)();
  const char* class_name;
  const char* function;
  const char* brief = nullptr;
  const char* brief_upper = nullptr;

  bool contain(std::string_view name) const {
    return name == class_name || name == function ||
           (brief != nullptr && (name == brief || name == brief_upper));
  }
};

template <class T>
std::shared_ptr<const Loss> make() {
  return std::make_shared<T>();
}

constexpr std::array kLosses = {
    Names{make<MeanSquaredError>, "MeanSquaredError", "mean_squared_error", "mse", "MSE"},
    Names{make<MeanAbsoluteError>, "MeanAbsoluteError", "mean_absolute_error", "mae", "MAE"},
    Names{make<MeanAbsolutePercentageError>, "MeanAbsolutePercentageError",
          "mean_absolute_percentage_error", "mape", "MAPE"},
    Names{make<MeanSquaredLogarithmicError>, "MeanSquaredLogarithmicError",
          "mean_squared_logarithmic_error", "msle", "MSLE"},
    Names{make<BinaryCrossentropy>, "BinaryCrossentropy", "binary_crossentropy", "bce", "BCE"},
    Names{make<CategoricalCrossentropy>, "CategoricalCrossentropy", "categorical_crossentropy"},
    Names{make<SparseCategoricalCrossentropy>, "SparseCategoricalCrossentropy",
          "sparse_categorical_crossentropy"},
    Names{make<KLDivergence>, "KLDivergence", "kl_divergence", "kld", "KLD"},
    Names{make<Poisson>, "Poisson", "poisson"},
    Names{make<Huber>, "Huber", "huber"},
    Names{make<LogCosh>, "LogCosh", "log_cosh"},
    Names{make<CosineSimilarity>, "CosineSimilarity", "cosine_similarity"},
    Names{make<Hinge>, "Hinge", "hinge"},
    Names{make<SquaredHinge>, "SquaredHinge", "squared_hinge"},
    Names{make<CategoricalHinge>, "CategoricalHinge", "categorical_hinge"},
};

const Names* find(std::string_view identifier) {
  const auto* found = std::find_if(kLosses.begin(), kLosses.end(),
                                   [&](const Names& names) { return names.contain(identifier); });
  return found == kLosses.end() ? nullptr : found;
}

bool is_crossentropy(std::string_view identifier) {
  std::string name;
  for (const char c : identifier)
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name == "crossentropy" || name == "ce";
}

std::vector<std::string> known() {
  std::vector<std::string> names;
  for (const Names& loss : kLosses) {
    for (const char* name : {loss.class_name, loss.function, loss.brief, loss.brief_upper}) {
      if (name != nullptr) names.emplace_back(name);
    }
  }
  names.insert(names.end(), {"crossentropy", "ce"});
  return names;
}

}  // namespace

bool is_identifier(std::string_view identifier) {
  return find(identifier) != nullptr || is_crossentropy(identifier);
}

}  // namespace losses

std::shared_ptr<const Loss> Loss::from_identifier(std::string_view identifier) {
  if (losses::is_crossentropy(identifier))
    return std::make_shared<losses::ResolvedCrossentropy>(std::string(identifier));
  const losses::Names* names = losses::find(identifier);
  if (names == nullptr) registry::raise_unknown("Loss", identifier, losses::known());
  return names->make();
}

}  // namespace strata
