// Checks of the options that fit, evaluate and predict share.
#pragma once

#include <optional>
#include <string>

#include "core/check.hpp"
#include "strata/training/batch_generator.hpp"

namespace strata::models {

/// Raises InvalidArgument in `who`'s name unless the option was not given or is at least 1.
inline void check_positive(const std::string& who, const char* option, std::optional<int> value) {
  check(value.value_or(1) >= 1, who, "{0} must be at least 1. Received: {0}={1}.", option,
        value.value_or(1));
}

/// Raises InvalidArgument in `who`'s name on a bad batch_size or verbose, or a null callback.
template <class Options>
void check_run_options(const std::string& who, const Options& options) {
  check_positive(who, "batch_size", options.batch_size);
  check(options.verbose >= 0 && options.verbose <= 2, who,
        "verbose must be 0, 1 or 2. Received: verbose={}.", options.verbose);
  for (const auto& callback : options.callbacks)
    check(callback != nullptr, who, "callbacks must not be null. Received: a null callback.");
}

/// Raises InvalidArgument in `who`'s name on no generator, and on a batch size beside one.
inline void check_generator(const std::string& who, const BatchGenerator& batches,
                            const char* option, std::optional<int> batch_size) {
  check(static_cast<bool>(batches), who,
        "the batches must come from somewhere. Received: an empty BatchGenerator.");
  check(!batch_size, who,
        "a generator makes the batches itself, so {0} can't be given. Received: {0}={1}.", option,
        batch_size.value_or(0));
}

/// The same on sample weights.
inline void check_no_weights(const std::string& who, const Tensor& sample_weight) {
  if (!sample_weight.defined()) return;
  raise(who,
        "a generator gives each batch its weights, so sample_weight can't be given. Received: "
        "sample_weight of shape={}.",
        to_string(sample_weight.shape()));
}

}  // namespace strata::models
