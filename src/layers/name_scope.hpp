// The layers whose build or call is under way on this thread: what the path of a new weight begins
// with.
#pragma once

#include <string>

#include "strata/layers/layer.hpp"

namespace strata::layers {

/// While one lives, weights that this thread makes are made inside `layer`.
class NameScope {
 public:
  explicit NameScope(const Layer& layer) : layer_(layer), outer_(innermost_) { innermost_ = this; }
  ~NameScope() { innermost_ = outer_; }
  NameScope(const NameScope&) = delete;
  NameScope& operator=(const NameScope&) = delete;

  /// The path of a new weight of `layer`: `sequential/dense/kernel`.
  static std::string path_of(const Layer& layer, const std::string& weight);

 private:
  static thread_local constinit const NameScope* innermost_;

  const Layer& layer_;
  const NameScope* outer_;
};

}  // namespace strata::layers
