// Which penalties a sweep leaves out, and their factors.
#include "ops/penalties_apart.hpp"

namespace strata::ops {

thread_local constinit PenaltiesApart* PenaltiesApart::innermost_ = nullptr;

void PenaltiesApart::begin(const std::vector<Variable>& variables) {
  weights_.assign(variables.size(), {});
  for (std::size_t i = 0; i < variables.size(); ++i) {
    if (!variables[i].defined()) continue;
    weights_[i].id = variables[i].id();
    weights_[i].data = variables[i].value().data();
  }
}

bool PenaltiesApart::leaves_out(const Tensor& x, float upstream, PenaltyFactors factors) {
  // The penalty is finite, so that l2 x^2 < 2^128 and 2 upstream l2 x < 2 sqrt(upstream) sqrt(upstream
  // l2) 2^64 <= 2^89. That is lost in rounding where it is added to floats whose range ends soon.
  constexpr float kMost = 0x1p24f;
  const PenaltyFactors scaled{.l1 = upstream * factors.l1, .l2 = upstream * factors.l2};
  const bool moderate = upstream > 0.0f && upstream <= kMost && scaled.l1 <= kMost &&
                        scaled.l2 <= kMost && scaled.l1 + scaled.l2 > 0.0f;
  if (!alive() || !moderate || !x.trace().is_read()) return false;
  for (Weight& weight : innermost_->weights_) {
    if (weight.id != x.trace().index) continue;
    if (weight.data != x.data()) return false;
    weight.missing.l1 += scaled.l1;
    weight.missing.l2 += scaled.l2;
    return true;
  }
  return false;
}

}  // namespace strata::ops
