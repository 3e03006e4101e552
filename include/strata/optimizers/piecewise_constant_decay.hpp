// PiecewiseConstantDecay: one rate up to each boundary.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "strata/core/required.hpp"
#include "strata/optimizers/learning_rate.hpp"

namespace strata::optimizers::schedules {

struct PiecewiseConstantDecayOptions {
  Required<std::vector<std::int64_t>> boundaries;  ///< Steps, each larger than the one before.
  Required<std::vector<float>> values;             ///< One more than there are boundaries.
  std::string name = "PiecewiseConstant";
};

/// `values[0]` up to and with step `boundaries[0]`, `values[1]` from there up to and with
/// `boundaries[1]`, …; the last one beyond all. Raises InvalidArgument on boundaries that are empty
/// or do not grow, and on another number of values.
/// See https://keras.io/api/optimizers/learning_rate_schedules/piecewise_constant_decay/.
class PiecewiseConstantDecay : public LearningRateSchedule {
 public:
  using Options = PiecewiseConstantDecayOptions;

  explicit PiecewiseConstantDecay(Options options);

  float operator()(std::int64_t step) const override;
  Config get_config() const override;
  static PiecewiseConstantDecay from_config(const Config& config);

 private:
  Options options_;
};

}  // namespace strata::optimizers::schedules
