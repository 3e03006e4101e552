// TotalVariation: the factor and the axes, their checks and their config.
#include "strata/regularizers/total_variation.hpp"

#include <algorithm>
#include <vector>

#include "core/fields.hpp"
#include "ops/total_variation.hpp"
#include "regularizers/factor.hpp"
#include "tensor/format.hpp"

namespace strata::regularizers {
namespace {

constexpr const char* kTotalVariation = "TotalVariation";

// Counted from 0.
std::vector<int> axes_of(const AxisList& axes, const Shape& shape, std::string_view owner) {
  std::vector<int> found;
  for (const int axis : axes.values()) {
    const int counted = axis < 0 ? axis + shape.rank() : axis;
    check<ShapeError>(counted >= 0 && counted < shape.rank(), owner,
                      "the axes of TotalVariation must be axes of the tensor. Received: axes={}, "
                      "shape={}.",
                      to_config(axes), shape);
    check<ShapeError>(std::find(found.begin(), found.end(), counted) == found.end(), owner,
                      "the axes of TotalVariation must differ. Received: axes={}, shape={}.",
                      to_config(axes), shape);
    found.push_back(counted);
  }
  return found;
}

}  // namespace

void list_fields(auto& fields, TotalVariationOptions& options) {
  fields("factor", options.factor);
  fields("axes", options.axes);
}

TotalVariation::TotalVariation(const Options& options) : options_(options) {
  checked_factor(kTotalVariation, "factor", options.factor);
  std::vector<int> axes = options.axes.values();
  std::sort(axes.begin(), axes.end());
  check(!axes.empty() && std::adjacent_find(axes.begin(), axes.end()) == axes.end(),
        kTotalVariation, "axes must be one axis or several that differ. Received: axes={}.",
        to_config(options.axes));
}

void TotalVariation::check_slot(const PenaltySlot& slot, std::string_view owner) const {
  const std::vector<int> axes = axes_of(options_.axes, slot.shape, owner);
  check(!slot.activity || std::find(axes.begin(), axes.end(), 0) == axes.end(), owner,
        "TotalVariation takes no steps along the first axis of an output, which counts samples. "
        "Received: axes={}, shape={}.",
        to_config(options_.axes), slot.shape);
}

Tensor TotalVariation::operator()(const Tensor& x) const {
  const std::vector<int> axes = axes_of(options_.axes, x.shape(), kTotalVariation);
  if (options_.factor == 0.0f) return 0.0f;
  return ops::total_variation(x, options_.factor, axes);
}

Config TotalVariation::get_config() const { return options_to_config(options_); }

TotalVariation TotalVariation::from_config(const Config& config) {
  return TotalVariation(options_from_config<Options>(kTotalVariation, config));
}

}  // namespace strata::regularizers
