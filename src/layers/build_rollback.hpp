// A call that fails leaves no layer built that wasn't: its weights would be for inputs that were
// refused.
#pragma once

#include <cstddef>
#include <vector>

#include "strata/layers/layer.hpp"

namespace strata {

/// Remembers which layers of a tree are not built, and unbuilds them when it is destroyed unless it
/// was told to keep them. Where another thread calls the root meanwhile, or a call of another
/// thread's has ended well, everything stays as it is: the weights are that one's as well.
class Layer::BuildRollback {
 public:
  explicit BuildRollback(Layer& root);
  ~BuildRollback();
  BuildRollback(const BuildRollback&) = delete;
  BuildRollback& operator=(const BuildRollback&) = delete;

  /// Whether there was nothing left to build.
  bool all_built() const { return all_built_; }
  void keep();
  /// Leaves the decision to the rollback around this one, if there is one.
  void leave_to_outer();

  /// After a call of the root that ended well: no rollback of another thread's unbuilds it any more.
  static void keep_weights_of(Layer& root);

 private:
  struct Unbuilt {
    Layer* layer;
    std::size_t sublayers;
    std::size_t trainable_weights;  // a constructor may have made some
    std::size_t non_trainable_weights;
  };

  bool is_in_use();

  Layer& root_;
  std::vector<Unbuilt> unbuilt_;
  bool all_built_;
};

}  // namespace strata
