// What training reports, by name.
#pragma once

#include <map>
#include <string>

namespace strata {

/// `loss`, the metrics, and, when and only when something is regularized, `data_loss` and
/// `reg_loss`, whose sum `loss` is. Figures of validation begin with `val_`. Sorted by name.
using Logs = std::map<std::string, double>;

}  // namespace strata
