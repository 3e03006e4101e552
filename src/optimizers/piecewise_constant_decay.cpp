// PiecewiseConstantDecay: its formula, its checks and its config.
#include "strata/optimizers/piecewise_constant_decay.hpp"

#include <algorithm>
#include <functional>

#include "optimizers/schedule_fields.hpp"

namespace strata::optimizers::schedules {

template <class Fields>
void list_fields(Fields& fields, PiecewiseConstantDecayOptions& options) {
  fields("boundaries", options.boundaries);
  fields("values", options.values);
  fields.or_default("name", options.name);
}

PiecewiseConstantDecay::PiecewiseConstantDecay(Options options) : options_(std::move(options)) {
  const std::vector<std::int64_t>& boundaries = options_.boundaries;
  const std::vector<float>& values = options_.values;
  check(!boundaries.empty(), "PiecewiseConstantDecay",
        "boundaries must not be empty. Received: none.");
  check(std::adjacent_find(boundaries.begin(), boundaries.end(), std::greater_equal<>()) ==
            boundaries.end(),
        "PiecewiseConstantDecay", "boundaries must grow. Received: boundaries=[{}].",
        fmt::join(boundaries, ", "));
  check(values.size() == boundaries.size() + 1, "PiecewiseConstantDecay",
        "there must be one value more than boundaries. Received: {} values, {} boundaries.",
        values.size(), boundaries.size());
  for (const float value : values) check_finite("PiecewiseConstantDecay", "a value", value);
}

float PiecewiseConstantDecay::operator()(std::int64_t step) const {
  const std::vector<std::int64_t>& boundaries = options_.boundaries;
  const auto behind = std::lower_bound(boundaries.begin(), boundaries.end(), step);
  return options_.values.value()[static_cast<std::size_t>(behind - boundaries.begin())];
}

Config PiecewiseConstantDecay::get_config() const { return options_to_config(options_); }

PiecewiseConstantDecay PiecewiseConstantDecay::from_config(const Config& config) {
  check_keys("PiecewiseConstantDecay", config, {"boundaries", "values"});
  return PiecewiseConstantDecay(options_from_config<Options>(
      "PiecewiseConstantDecay", config, {.boundaries = {1}, .values = {0.0f, 0.0f}}));
}

}  // namespace strata::optimizers::schedules
