// A call or a run that fails leaves no layer built that wasn't: its weights would be for inputs that
// were refused.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/rollback.hpp"
#include "strata/layers/layer.hpp"

namespace strata {

/// Counts a use of a layer, a call or a run, while it lives, so that a call or run of another
/// thread that fails takes no weights away from it.
class Layer::CountedUse {
 public:
  explicit CountedUse(Layer& layer);
  ~CountedUse();
  CountedUse(const CountedUse&) = delete;
  CountedUse& operator=(const CountedUse&) = delete;

 private:
  Layer& layer_;
};

/// Remembers which layers of a tree are not built, and unbuilds them when it is destroyed unless it
/// was told to keep them. Everything stays as it is where others use the weights as well: where
/// another thread calls or runs the root meanwhile, or a call of another thread's or a run inside
/// this one has ended well.
class Layer::BuildRollback {
 public:
  explicit BuildRollback(Layer& root);
  BuildRollback(const BuildRollback&) = delete;
  BuildRollback& operator=(const BuildRollback&) = delete;

  /// Whether there was nothing left to build.
  bool all_built() const { return all_built_; }
  /// After a call that ended well; a rollback around this one, on this thread, may still unbuild.
  void keep();
  /// After a run that ended well, or its first update: no rollback around this one unbuilds the root
  /// any more.
  void keep_from_all();
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
  struct Unbuild {
    BuildRollback& of;
    void operator()() const { of.unbuild(); }
  };

  static void mark_kept(Layer& root);
  bool is_in_use();
  void unbuild();

  Layer& root_;
  std::vector<Unbuilt> unbuilt_;
  std::optional<CountedUse> use_;  // until the rollback itself asks who uses the root
  bool all_built_ = false;
  Rollback<Unbuild> rollback_{Unbuild{*this}};  // the last member, so destroyed first
};

}  // namespace strata
