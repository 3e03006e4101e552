// Unbuilding what a failed call has built, beside threads that may use it.
#include "layers/build_rollback.hpp"

#include <atomic>
#include <mutex>

#include "layers/shared_flag.hpp"

namespace strata {
namespace {

// Rollbacks of this thread that may still unbuild something: until then its own calls prove
// nothing.
thread_local int undecided = 0;

}  // namespace

Layer::CountedUse::CountedUse(Layer& layer) : layer_(layer) {
  std::atomic_ref<int>(layer_.uses_).fetch_add(1);
}

Layer::CountedUse::~CountedUse() { std::atomic_ref<int>(layer_.uses_).fetch_sub(1); }

Layer::BuildRollback::BuildRollback(Layer& root) : root_(root), use_(root) {
  ++undecided;
  const std::scoped_lock lock(layers::build_mutex());
  const auto remember = [this](Layer& layer) {
    if (layer.built()) return;
    unbuilt_.push_back({&layer, layer.sublayers_.size(), layer.trainable_weights_.size(),
                        layer.non_trainable_weights_.size()});
  };
  remember(root);
  for (const Layer* layer : root.flattened()) remember(const_cast<Layer&>(*layer));
  all_built_ = unbuilt_.empty();
  if (all_built_) leave_to_outer();
}

void Layer::BuildRollback::leave_to_outer() {
  if (rollback_.kept()) return;
  rollback_.keep();
  --undecided;
}

void Layer::BuildRollback::keep() {
  leave_to_outer();
  keep_weights_of(root_);
}

void Layer::BuildRollback::keep_from_all() {
  leave_to_outer();
  mark_kept(root_);
}

void Layer::BuildRollback::keep_weights_of(Layer& root) {
  if (undecided == 0) mark_kept(root);
}

void Layer::BuildRollback::mark_kept(Layer& root) {
  if (!layers::load(root.keeps_weights_)) layers::store(root.keeps_weights_, true);
}

// A use counts itself before it asks whether the root is built, and here the root is marked as
// unbuilt before the uses are looked at. So either the use finds it unbuilt, and waits for the lock
// to build it, or it is seen here.
bool Layer::BuildRollback::is_in_use() {
  if (!root_.built()) return false;
  root_.set_built(false);
  const bool used =
      std::atomic_ref<int>(root_.uses_).load() > 0 || layers::load(root_.keeps_weights_);
  if (used) root_.set_built(true);
  return used;
}

void Layer::BuildRollback::unbuild() {
  --undecided;
  use_.reset();
  const std::scoped_lock lock(layers::build_mutex());
  if (is_in_use()) return;
  for (const Unbuilt& before : unbuilt_) {
    Layer& layer = *before.layer;
    layer.trainable_weights_.resize(before.trainable_weights);
    layer.non_trainable_weights_.resize(before.non_trainable_weights);
    layer.sublayers_.resize(before.sublayers);
    layer.build_shape_.reset();
    layer.several_build_shapes_.clear();
    layers::store(layer.keeps_weights_, false);
    layer.set_built(false);
  }
}

}  // namespace strata
