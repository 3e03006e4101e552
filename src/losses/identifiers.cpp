#include "losses/identifiers.hpp"

#include <string>
#include <vector>

#include "core/name_table.hpp"
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

using Entry = NameEntry<std::shared_ptr<const Loss>()>;

template <class T>
std::shared_ptr<const Loss> make() {
  return std::make_shared<T>();
}

constexpr NameTable kLosses({
    Entry{make<MeanSquaredError>, "MeanSquaredError", "mse", "MSE"},
    Entry{make<MeanAbsoluteError>, "MeanAbsoluteError", "mae", "MAE"},
    Entry{make<MeanAbsolutePercentageError>, "MeanAbsolutePercentageError", "mape", "MAPE"},
    Entry{make<MeanSquaredLogarithmicError>, "MeanSquaredLogarithmicError", "msle", "MSLE"},
    Entry{make<BinaryCrossentropy>, "BinaryCrossentropy", "bce", "BCE"},
    Entry{make<CategoricalCrossentropy>, "CategoricalCrossentropy"},
    Entry{make<SparseCategoricalCrossentropy>, "SparseCategoricalCrossentropy"},
    Entry{make<KLDivergence>, "KLDivergence", "kld", "KLD"},
    Entry{make<Poisson>, "Poisson"},
    Entry{make<Huber>, "Huber"},
    Entry{make<LogCosh>, "LogCosh"},
    Entry{make<CosineSimilarity>, "CosineSimilarity"},
    Entry{make<Hinge>, "Hinge"},
    Entry{make<SquaredHinge>, "SquaredHinge"},
    Entry{make<CategoricalHinge>, "CategoricalHinge"},
});

bool is_crossentropy(std::string_view identifier) {
  const std::string name = registry::lower_case(identifier);
  return name == "crossentropy" || name == "ce";
}

[[noreturn]] void raise_unknown(std::string_view identifier) {
  std::vector<std::string> known = kLosses.names();
  known.insert(known.end(), {"crossentropy", "ce"});
  registry::raise_unknown("Loss", identifier, known);
}

}  // namespace

bool is_identifier(std::string_view identifier) {
  return kLosses.find(identifier) != nullptr || is_crossentropy(identifier);
}

}  // namespace losses

std::shared_ptr<const Loss> Loss::from_identifier(std::string_view identifier) {
  if (losses::is_crossentropy(identifier))
    return std::make_shared<losses::ResolvedCrossentropy>(std::string(identifier));
  const auto make_loss = losses::kLosses.find(identifier);
  if (make_loss == nullptr) losses::raise_unknown(identifier);
  return make_loss();
}

}  // namespace strata
