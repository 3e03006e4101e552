// Which metrics can be merged: those of one class with the same options.
#pragma once

#include <typeinfo>

#include "core/check.hpp"
#include "core/registry.hpp"
#include "strata/config.hpp"
#include "strata/metrics/metric.hpp"

namespace strata::metrics {

/// `other`, as an `M`. Raises InvalidArgument unless it is exactly of the class of `metric`, and
/// their configs differ at most in the name.
template <class M>
const M& same_class(const M& metric, const Metric& other) {
  check(typeid(metric) == typeid(other), metric.name(),
        "only a metric of the same class, {}, can be merged into it. Received: {}.",
        registry::class_name_of(typeid(metric)), registry::class_name_of(typeid(other)));
  Config own = metric.get_config();
  Config others = other.get_config();
  own.erase("name");
  others.erase("name");
  check(own == others, metric.name(),
        "only a metric of the same options, {}, can be merged into it. Received: {}.", own, others);
  return dynamic_cast<const M&>(other);
}

}  // namespace strata::metrics
