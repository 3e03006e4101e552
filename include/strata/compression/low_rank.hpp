// low_rank: a model with a product of two thin matrices in place of a large one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "strata/compression/shrink.hpp"

namespace strata {

struct LowRankOptions {
  /// Share of the sum of the squares of a kernel's singular values that is kept, in (0, 1]. At 1
  /// what goes is below rounding: up to `max(in, out) · 2⁻²³ · σ₁`.
  float energy = 1.0f;
  std::optional<int> max_rank = {};  ///< At most so many, whatever the energy: > 0.
};

/// A Dense that became two.
struct LowRankLayer {
  std::string layer;
  std::int64_t rank = 0;
  std::int64_t full_rank = 0;  ///< The smaller one of its inputs and units.
  BeforeAndAfter parameters;
  std::string note = {};  ///< A rule that is gone.
};

struct LowRankModel {
  std::shared_ptr<Model> model;  ///< Not compiled.
  std::vector<LowRankLayer> layers;
  /// Paths of the kernels of Dense layers that were not looked at: they are in a layer that is no
  /// Sequential, as in `TimeDistributed`.
  std::vector<std::string> left = {};
};

/// A new model in which a Dense of kernel `W = U Σ Vᵀ` becomes two where that has fewer parameters:
/// one of rank r without bias, `U √Σ`, called `dense_low_rank`, and one with its name, bias and
/// activation, `√Σ Vᵀ`. Its kernel's rules don't fit either: they go, and the report says so. Layers of
/// Sequential models inside are taken likewise.
///
/// Raises StateError on a model that isn't built; InvalidArgument on options out of range, on a model
/// that is no Sequential, on a layer that stands in it twice, and on a class or callable that was not
/// registered.
LowRankModel low_rank(const Model& model, const LowRankOptions& options = {});

}  // namespace strata
