// What normalizations with a learned scale, gamma, and a learned offset, beta, have in common: the
// fields of their options that describe the two, in the order of Keras's configs, and the weights.
#pragma once

#include <cmath>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "layers/optional_weight.hpp"
#include "strata/layers/layer.hpp"
#include "tensor/format.hpp"

namespace strata::layers {

void list_center_and_scale(auto& fields, auto& options) {
  fields.truth("center", options.center);
  fields.truth("scale", options.scale);
}

void list_gamma_and_beta(auto& fields, auto& options) {
  fields("beta_initializer", options.beta_initializer);
  fields("gamma_initializer", options.gamma_initializer);
  fields("beta_regularizer", options.beta_regularizer);
  fields("gamma_regularizer", options.gamma_regularizer);
  fields("beta_constraint", options.beta_constraint);
  fields("gamma_constraint", options.gamma_constraint);
}

inline void check_epsilon(std::string_view who, float epsilon) {
  check(std::isfinite(epsilon) && epsilon >= 0.0f, who,
        "epsilon must be finite and >= 0. Received: epsilon={}.", epsilon);
}

/// Raises InvalidArgument on rules for a gamma or beta that the options leave out.
template <class Options>
void check_rules_of_gamma_and_beta(OptionsOrigin origin, std::string_view who,
                                   const Options& options) {
  if (!options.center)
    check_no_rules(origin, who,
                   {"beta", "center", options.beta_regularizer, options.beta_constraint});
  if (!options.scale)
    check_no_rules(origin, who,
                   {"gamma", "scale", options.gamma_regularizer, options.gamma_constraint});
}

template <class Options>
WeightOptions gamma_weight(const Options& options, const Shape& shape) {
  return {.name = "gamma",
          .shape = shape,
          .initializer = options.gamma_initializer,
          .regularizer = options.gamma_regularizer,
          .constraint = options.gamma_constraint,
          .axes = {.output = shape.rank() - 1}};
}

template <class Options>
WeightOptions beta_weight(const Options& options, const Shape& shape) {
  return {.name = "beta",
          .shape = shape,
          .initializer = options.beta_initializer,
          .regularizer = options.beta_regularizer,
          .constraint = options.beta_constraint,
          .axes = {.output = shape.rank() - 1}};
}

}  // namespace strata::layers
