// RegularizationLogger: asks the model for its penalties when an epoch ends.
#include "strata/callbacks/regularization_logger.hpp"

#include "strata/config.hpp"
#include "strata/layers/layer.hpp"
#include "strata/training/host.hpp"

namespace strata::callbacks {

void RegularizationLogger::on_epoch_end(int, const Logs&) {
  Logs sums;
  for (const Penalty& penalty : model().penalties()) {
    sums[options_.prefix + penalty.layer + "/" + penalty.source] +=
        static_cast<double>(penalty.value.item());
  }
  for (const auto& [name, value] : sums) model().log(name, value);
}

std::optional<Config> RegularizationLogger::get_state() const { return Config(); }

}  // namespace strata::callbacks
