// NuclearNorm: the factor, when it counts, checks and config.
#include "strata/regularizers/nuclear_norm.hpp"

#include <algorithm>

#include "core/fields.hpp"
#include "kernels/decompositions/decompositions.hpp"
#include "ops/matrix_penalty.hpp"
#include "regularizers/every.hpp"
#include "regularizers/factor.hpp"
#include "regularizers/weight_layout.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/tensor/variable.hpp"

namespace strata::regularizers {

void list_fields(auto& fields, NuclearNormOptions& options) {
  fields.or_default("factor", options.factor);  // null stands for the default, as in Keras
  fields("every", options.every);
}

NuclearNorm::NuclearNorm(const Options& options) : options_(options) {
  checked_factor("NuclearNorm", "factor", options.factor);
  check_every("NuclearNorm", options.every);
}

void NuclearNorm::check_slot(const PenaltySlot& slot, std::string_view owner) const {
  check_matrix(owner, "NuclearNorm", slot.shape);
  if (slot.shape.element_count() == 0) return;
  const std::int64_t columns = slot.shape[slot.axes.output.value_or(slot.shape.rank() - 1)];
  kernels::check_lapack_extents(std::string(owner).c_str(), slot.shape.element_count() / columns,
                                columns, kernels::kLongestForSvd);
}

Tensor NuclearNorm::operator()(const Tensor& x) const { return penalty(x, {}); }

Tensor NuclearNorm::penalty(const Tensor& x, const WeightAxes& axes) const {
  check_matrix("NuclearNorm", "NuclearNorm", x.shape());
  return thinned_out(x, options_.factor, options_.every, [&](float factor) {
    return ops::nuclear_penalty(as_matrix(x, axes), factor);
  });
}

// With a step per element it would come to rest elsewhere than at the loss's minimum.
std::optional<ProximalForm> NuclearNorm::proximal_form(std::int64_t) const {
  // Where it counts now and then, training comes to rest nowhere.
  if (options_.every > 1) return {};
  return ProximalForm{.groups = options_.factor > 0.0f, .one_step = true};
}

void NuclearNorm::shrink_groups(const Variable& weight, const ProximalSteps& steps) const {
  const Tensor matrix = as_matrix(ops::stop_gradient(weight.value()), weight.axes());
  const Tensor shrunk = from_matrix(
      ops::shrunk_singular_values(matrix, double{steps.all} * static_cast<double>(options_.factor)),
      weight.shape(), weight.axes());
  std::copy(shrunk.values().begin(), shrunk.values().end(), weight.mutable_data());
}

Config NuclearNorm::get_config() const { return options_to_config(options_); }

NuclearNorm NuclearNorm::from_config(const Config& config) {
  return NuclearNorm(options_from_config<Options>("NuclearNorm", config));
}

}  // namespace strata::regularizers
