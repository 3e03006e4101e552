// What layers with a kernel and a bias have in common: the fields of their options that describe
// the two, in the order of Keras's configs, and the weights made by them.
#pragma once

#include <cstdint>
#include <utility>

#include "strata/layers/layer.hpp"

namespace strata::layers {

void list_kernel_and_bias(auto& fields, auto& options) {
  fields("activation", options.activation);
  fields.truth("use_bias", options.use_bias);
  fields("kernel_initializer", options.kernel_initializer);
  fields("bias_initializer", options.bias_initializer);
  fields("kernel_regularizer", options.kernel_regularizer);
  fields("bias_regularizer", options.bias_regularizer);
}

/// These stand behind `activity_regularizer`, which some layers write among their own fields.
void list_constraints(auto& fields, auto& options) {
  fields("kernel_constraint", options.kernel_constraint);
  fields("bias_constraint", options.bias_constraint);
  for (const char* key : {"lora_rank", "lora_alpha"}) fields.null_alone(key);
}

template <class Options>
WeightOptions kernel_weight(const Options& options, const Shape& shape, const WeightAxes& axes) {
  return {.name = "kernel",
          .shape = shape,
          .initializer = options.kernel_initializer,
          .regularizer = options.kernel_regularizer,
          .constraint = options.kernel_constraint,
          .axes = axes};
}

/// `extent` is the output's.
template <class Options>
WeightOptions bias_weight(const Options& options, std::int64_t extent) {
  return {.name = "bias",
          .shape = {extent},
          .initializer = options.bias_initializer,
          .regularizer = options.bias_regularizer,
          .constraint = options.bias_constraint,
          .axes = {.output = 0}};
}

}  // namespace strata::layers
