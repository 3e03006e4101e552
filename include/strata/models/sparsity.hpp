// Sparsity: what of a model's weights is exactly zero.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "strata/tensor/shape.hpp"

namespace strata {

/// How many of a number of things are exactly zero.
struct ZeroCount {
  std::int64_t zeros = 0;
  std::int64_t total = 0;

  friend bool operator==(const ZeroCount&, const ZeroCount&) = default;
};

/// One weight. Groups are counted where its layer says which axes are which (`WeightAxes`).
struct WeightSparsity {
  std::string weight;  ///< Its path: `dense/kernel`.
  Shape shape;
  ZeroCount elements;
  /// Input features or channels all of whose weights are 0: nobody behind them needs them.
  std::optional<ZeroCount> inputs = {};
  /// Units or filters all of whose incoming weights are 0, in all gates.
  std::optional<ZeroCount> outputs = {};
  /// Of a weight of two axes or more as a matrix of its outputs by all the rest: the number of
  /// singular values above `max(m, n) · 2⁻²³ · σ₁`. None if one of them is not finite.
  std::optional<std::int64_t> rank = {};
};

/// All weights, in the order of `named_weights()`, and their elements together. What
/// `Model::sparsity` gives:
///
///     std::cout << to_string(model.sparsity());
struct SparsityReport {
  std::vector<WeightSparsity> weights;
  ZeroCount elements;
};

/// A table, one line for each weight.
std::string to_string(const SparsityReport& report);

}  // namespace strata
