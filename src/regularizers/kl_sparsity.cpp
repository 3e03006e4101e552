// KLSparsity: the factor and the wanted activity, their checks and their config.
#include "strata/regularizers/kl_sparsity.hpp"

#include "core/fields.hpp"
#include "ops/kl_sparsity.hpp"
#include "regularizers/factor.hpp"
#include "regularizers/weight_layout.hpp"
#include "tensor/format.hpp"

namespace strata::regularizers {
namespace {

constexpr const char* kKLSparsity = "KLSparsity";

}  // namespace

void list_fields(auto& fields, KLSparsityOptions& options) {
  fields("factor", options.factor);
  fields("rho", options.rho);
}

KLSparsity::KLSparsity(const Options& options) : options_(options) {
  checked_factor(kKLSparsity, "factor", options.factor);
  check(options.rho > 0.0f && options.rho < 1.0f, kKLSparsity,
        "rho must be between 0 and 1, and neither. Received: rho={}.", options.rho);
}

void KLSparsity::check_slot(const PenaltySlot& slot, std::string_view owner) const {
  check(slot.activity, owner,
        "KLSparsity is a penalty on outputs, for an activity_regularizer. Received: a weight of "
        "shape={}.",
        slot.shape);
  check_matrix(owner, kKLSparsity, slot.shape);
}

Tensor KLSparsity::operator()(const Tensor& x) const {
  check_matrix(kKLSparsity, kKLSparsity, x.shape());
  if (options_.factor == 0.0f) return 0.0f;
  return ops::kl_sparsity(x, options_.factor, options_.rho);
}

Config KLSparsity::get_config() const { return options_to_config(options_); }

KLSparsity KLSparsity::from_config(const Config& config) {
  return KLSparsity(options_from_config<Options>(kKLSparsity, config));
}

}  // namespace strata::regularizers
