#include "layers/build_rollback.hpp"

namespace strata {

Layer::BuildRollback::BuildRollback(Layer& root) {
  const auto remember = [this](Layer& layer) {
    if (layer.built()) return;
    unbuilt_.push_back({&layer, layer.sublayers_.size(), layer.trainable_weights_.size(),
                        layer.non_trainable_weights_.size()});
  };
  remember(root);
  for (const Layer* layer : root.flattened()) remember(const_cast<Layer&>(*layer));
  all_built_ = unbuilt_.empty();
}

Layer::BuildRollback::~BuildRollback() {
  for (const Unbuilt& before : unbuilt_) {
    Layer& layer = *before.layer;
    layer.trainable_weights_.resize(before.trainable_weights);
    layer.non_trainable_weights_.resize(before.non_trainable_weights);
    layer.sublayers_.resize(before.sublayers);
    layer.build_shape_.reset();
    layer.several_build_shapes_.clear();
    layer.set_built(false);
  }
}

}  // namespace strata
