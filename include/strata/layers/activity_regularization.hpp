// ActivityRegularization: a penalty on whatever passes through.
#pragma once

#include <string>

#include "strata/core/number.hpp"
#include "strata/layers/layer.hpp"
#include "strata/regularizers/l1l2.hpp"

namespace strata::layers {

struct ActivityRegularizationOptions {
  float l1 = 0.0f;                            ///< Factor of `sum(|x|)`: finite, >= 0.
  float l2 = 0.0f;                            ///< Factor of `sum(x^2)`: finite, >= 0.
  RegularizerSpec activity_regularizer = {};  ///< One more penalty, beside l1 and l2.
  std::string name = {};                      ///< Default: `activity_regularization`, ….
};

/// Passes its inputs on and adds the loss `(l1 * sum(|x|) + l2 * sum(x^2)) / batch`. Where an
/// activity regularizer is set too, both count. (Keras has room for one.)
///
/// Raises InvalidArgument on a negative or non-finite factor.
/// See https://keras.io/api/layers/regularization_layers/activity_regularization/.
class ActivityRegularization : public Layer {
 public:
  using Options = ActivityRegularizationOptions;

  explicit ActivityRegularization(Options options = {});
  template <Number A, Number B>
  explicit ActivityRegularization(A l1, B l2)
      : ActivityRegularization(
            Options{.l1 = static_cast<float>(l1), .l2 = static_cast<float>(l2)}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static ActivityRegularization from_config(const Config& config);

 private:
  regularizers::L1L2 penalty_;
};

}  // namespace strata::layers
