// The loss "crossentropy" (or "ce"): binary, categorical or sparse, as the shapes it sees say.
#pragma once

#include <string>

#include "strata/losses/loss.hpp"

namespace strata::losses {

class ResolvedCrossentropy : public Loss {
 public:
  /// `identifier`: as it was typed; its config.
  explicit ResolvedCrossentropy(std::string identifier);

  const std::string& identifier() const { return identifier_; }
  void check_targets(const Tensor& y_true, const Shape& y_pred) const override;

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  std::string identifier_;
};

}  // namespace strata::losses
