// The loss of a segmentation's overlap: its option, targets and config.
#include "strata/losses/dice.hpp"

#include "losses/axes.hpp"
#include "losses/fields.hpp"
#include "strata/ops/distance.hpp"

namespace strata::losses {

void list_fields(auto& fields, DiceOptions& options) { fields("axis", options.axis); }

Dice::Dice(const Options& options) : Loss(base_options<LossOptions>(options)), options_(options) {}

Tensor Dice::call(const Tensor& y_true, const Tensor& y_pred) const {
  return ops::dice(y_true, y_pred, axes_of(options_.axis));
}

void Dice::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  check_dense_targets(y_true, y_pred);
}

Config Dice::get_config() const { return with_fields(Loss::get_config(), options_); }

Dice Dice::from_config(const Config& config) { return Dice(read_options<Options>("Dice", config)); }

}  // namespace strata::losses
