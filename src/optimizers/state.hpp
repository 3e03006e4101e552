// What an optimizer keeps from step to step: its own variables, and the weights it was built for.
#pragma once

#include <cstdint>
#include <regex>
#include <unordered_map>
#include <vector>

#include "strata/optimizers/optimizer.hpp"

namespace strata {

struct Optimizer::State {
  Variable iteration;      ///< As files hold it.
  Variable learning_rate;  ///< Likewise; undefined with a schedule.
  std::int64_t count = 0;  ///< Calls of `apply`, exact: a float counts to 2^24 only.
  bool built = false;
  std::vector<Variable> variables;
  std::unordered_map<std::uint64_t, std::size_t> indices;  ///< Of `variables`, by id.
  std::vector<Variable> averages;
  bool swapped = false;  ///< Whether the weights are the averages, and the averages the weights.
  /// While swapped, the averages as they were before they took over the weights' zeros.
  std::vector<Tensor> covered;
  std::vector<Variable> accumulators;
  std::vector<Variable> slots;
  std::vector<std::regex> undecayed_names;
  std::vector<Variable> undecayed;
  std::vector<char> decays;  ///< By index: whether `weight_decay` applies.

  /// `count`, after taking over what a restored checkpoint assigned to `iteration`.
  std::int64_t calls();
  void mark_decaying();
};

}  // namespace strata
