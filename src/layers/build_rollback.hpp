// A call that fails leaves no layer built that wasn't: its weights would be for inputs that were
// refused.
#pragma once

#include <cstddef>
#include <vector>

#include "strata/layers/layer.hpp"

namespace strata {

/// Remembers which layers of a tree are not built, and unbuilds them at its end unless told to keep
/// them.
class Layer::BuildRollback {
 public:
  explicit BuildRollback(Layer& root);
  ~BuildRollback();
  BuildRollback(const BuildRollback&) = delete;
  BuildRollback& operator=(const BuildRollback&) = delete;

  /// Whether there was nothing left to build.
  bool all_built() const { return all_built_; }
  void keep() { unbuilt_.clear(); }

 private:
  struct Unbuilt {
    Layer* layer;
    std::size_t sublayers;
    std::size_t trainable_weights;  // a constructor may have made some
    std::size_t non_trainable_weights;
  };

  std::vector<Unbuilt> unbuilt_;
  bool all_built_;
};

}  // namespace strata
