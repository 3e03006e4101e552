// The direction of a monitored log, and the texts about one that is not there.
#include "callbacks/monitor.hpp"

#include <cmath>
#include <vector>

#include "core/check.hpp"
#include "core/known_names.hpp"

namespace strata::callbacks {

void Monitor::check_mode() const {
  check(mode == "auto" || mode == "min" || mode == "max", who,
        "mode must be \"auto\", \"min\" or \"max\". Received: mode={}.", mode);
}

bool Monitor::larger_is_better(const TrainingHost& host) const {
  if (mode != "auto") return mode == "max";
  if (const std::optional<bool> larger = host.larger_is_better(log)) return *larger;
  const std::string nearest = nearest_name(log, host.log_names());
  raise(who,
        "mode \"auto\" can't tell whether more is better{}; pass mode \"min\" or \"max\". "
        "Received: monitor={}.",
        nearest.empty() ? "" : fmt::format(" (did you mean {}?)", nearest), log);
}

std::string Monitor::what_is_missing(int epoch, const Logs& logs) const {
  std::vector<std::string> known;
  for (const auto& [name, value] : logs) known.push_back(name);
  return fmt::format("{}: epoch {} logs nothing as {}; {}.", who, epoch + 1, log,
                     known_names(log, known));
}

bool improves(double value, std::optional<double> reference, float min_delta,
              bool larger_is_better) {
  if (!reference) return true;
  const double delta = std::abs(static_cast<double>(min_delta));
  return larger_is_better ? value - delta > *reference : value + delta < *reference;
}

}  // namespace strata::callbacks
