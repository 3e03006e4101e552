// What a callback's save_freq may be.
#include "strata/saving/save_frequency.hpp"

#include "core/check.hpp"

namespace strata::callbacks {

SaveFrequency::SaveFrequency(std::string_view word) {
  check(word == "epoch", "save_freq", "must be \"epoch\" or a number of batches. Received: {}.",
        word);
}

SaveFrequency::SaveFrequency(Batches batches) {
  check(batches.count >= 1 && std::in_range<int>(batches.count), "save_freq",
        "must be \"epoch\" or a number of batches from 1 to {}. Received: {}.",
        std::numeric_limits<int>::max(), batches.count);
  batches_ = static_cast<int>(batches.count);
}

}  // namespace strata::callbacks
