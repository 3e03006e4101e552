// AtStep: the step of this thread.
#include "strata/regularizers/at_step.hpp"

namespace strata::regularizers {

thread_local constinit AtStep::Step AtStep::now_ = {AtStep::kNone, AtStep::Purpose::report};

std::optional<std::int64_t> AtStep::now() {
  return now_.number == kNone ? std::nullopt : std::optional(now_.number);
}

std::optional<std::int64_t> AtStep::of_update() {
  return now_.purpose == Purpose::update ? now() : std::nullopt;
}

}  // namespace strata::regularizers
