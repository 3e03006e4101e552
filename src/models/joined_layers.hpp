// Two successive layers of a model that are computed together where that is faster: of a convolution,
// what the max pooling behind it doesn't reach is not computed, and without a tape the two are one.
#pragma once

#include <cstdint>
#include <memory>

#include "strata/layers/layer.hpp"

namespace strata::models {

class JoinedLayers {
 public:
  /// Null unless the layers are of classes, and have options, that can be computed together. A
  /// user's subclass never is, since its `call` may do anything.
  static std::shared_ptr<const JoinedLayers> make(Layer& first, Layer& second);

  virtual ~JoinedLayers() = default;
  JoinedLayers(const JoinedLayers&) = delete;
  JoinedLayers& operator=(const JoinedLayers&) = delete;

  /// Whether these two, as they are now, were joined here: an assignment to a layer changes its id.
  bool joins(const Layer& first, const Layer& second) const {
    return first.id() == first_ && second.id() == second_;
  }

  /// `second(first(inputs))`; one after the other while an activity penalty needs what lies between
  /// them, or the first layer is not built. Of inputs without a mask, so the outputs have none.
  virtual Tensor call(const Tensor& inputs, const CallContext& context) const = 0;

 protected:
  JoinedLayers(const Layer& first, const Layer& second)
      : first_(first.id()), second_(second.id()) {}

 private:
  std::uint64_t first_;
  std::uint64_t second_;
};

}  // namespace strata::models
