// The loss of embeddings: its options, targets, mask and config.
#include "strata/losses/circle.hpp"

#include <cmath>

#include "losses/fields.hpp"
#include "losses/targets.hpp"
#include "ops/crossentropy.hpp"
#include "strata/ops/distance.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::losses {

void list_fields(auto& fields, CircleOptions& options) {
  fields("gamma", options.gamma);
  fields("margin", options.margin);
  fields.truth("remove_diagonal", options.remove_diagonal);
}

Circle::Circle(const Options& options)
    : Loss(base_options<LossOptions>(options)), options_(options) {
  check(std::isfinite(options.gamma) && std::isfinite(options.margin), "Circle",
        "gamma and margin must be finite. Received: gamma={}, margin={}.", options.gamma,
        options.margin);
}

Tensor Circle::call(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::circle(y_true, y_pred, options_.remove_diagonal, options_.gamma, options_.margin);
}

// As Keras has it, whatever a sample of loss 0 is for.
Tensor Circle::mask(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::greater(call(ops::stop_gradient(y_true), ops::stop_gradient(y_pred)), 0.0f);
}

void Circle::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  const bool batched = y_true.rank() >= 1 && y_pred.rank() >= 1;
  ops::check_embeddings("Circle", y_true.shape(),
                        batched ? y_pred.with(0, y_true.shape().front()) : y_pred);
  check_whole("Circle", y_true);
}

Config Circle::get_config() const { return with_fields(Loss::get_config(), options_); }

Circle Circle::from_config(const Config& config) {
  return Circle(read_options<Options>("Circle", config));
}

}  // namespace strata::losses
