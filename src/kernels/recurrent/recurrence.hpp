// What the recurrent kernels share: the arrays of a sequence, and the split of its samples. Arrays
// are time-major, (steps, batch, features), in the order in which the steps are processed, so that
// what a step reads is contiguous.
#pragma once

#include <cstdint>

#include "core/parallel.hpp"

namespace strata::kernels {

/// A state at the beginning and after each step, as rows of `size` floats: all of them, or, where
/// no gradient needs them, only the last two in turn.
struct StateHistory {
  float* data;
  std::int64_t size;  ///< batch · units
  bool all;

  /// How many states are stored.
  static std::int64_t count(std::int64_t steps, bool all) { return all ? steps + 1 : 2; }
  float* at(std::int64_t step) const { return data + (all ? step : step % 2) * size; }
};

/// The outputs of the steps, or of the last one alone: row r of sample b at
/// `data + b · sample_stride + r · units`.
template <class Float>
struct OutputRows {
  Float* data;
  std::int64_t sample_stride;
  bool all;

  /// The output of a sample at a step; null if it isn't one of these.
  Float* at(std::int64_t sample, std::int64_t step, const struct Recurrence& recurrence) const;
};

struct Recurrence {
  std::int64_t steps;
  std::int64_t batch;
  std::int64_t units;
  const float* recurrent_kernel;  ///< (units, gates · units)
  const float* mask;              ///< (steps, batch), 0 where a sample skips a step; may be null
  bool zero_masked_outputs;       ///< else a skipped step has the previous output

  bool skips(std::int64_t step, std::int64_t sample) const {
    return mask != nullptr && mask[step * batch + sample] == 0.0f;
  }
};

template <class Float>
Float* OutputRows<Float>::at(std::int64_t sample, std::int64_t step,
                             const Recurrence& recurrence) const {
  if (!all && step + 1 < recurrence.steps) return nullptr;
  return data + sample * sample_stride + (all ? step : 0) * recurrence.units;
}

/// Calls `body(first sample, end)` for ranges of samples, each of which goes through all steps
/// without waiting for the others. `gates` is the number of products with a units x units matrix per
/// sample and step.
template <class Body>
void for_sample_ranges(const Recurrence& recurrence, std::int64_t gates, const Body& body) {
  constexpr std::int64_t kSamples = 16;  // with fewer, a part reads the kernel for too little work
  const std::int64_t products =
      recurrence.steps * recurrence.batch * recurrence.units * recurrence.units * gates;
  const std::int64_t parts = product_parts(products, (recurrence.batch + kSamples - 1) / kSamples,
                                           most_product_parts(products));
  parallel_parts(parts, [&](std::int64_t part) {
    const IndexRange range = IndexRange::of_part(recurrence.batch, part, parts);
    body(range.begin, range.end);
  });
}

/// Writes the output of a step, which is the state that it ends with.
void write_outputs(const Recurrence& recurrence, std::int64_t step, IndexRange samples,
                   const float* state, const OutputRows<float>& outputs);

/// Adds the upstream gradient of a step's output to that of the state that the step ends with.
void add_output_gradient(const Recurrence& recurrence, std::int64_t step, IndexRange samples,
                         const OutputRows<const float>& upstream, float* state_gradient);

/// (batch, steps, features) to time-major; `backwards`: the last step first.
void to_time_major(std::int64_t batch, std::int64_t steps, std::int64_t features, bool backwards,
                   const float* x, float* out);
/// And back; `add`: adds to `x`.
void from_time_major(std::int64_t batch, std::int64_t steps, std::int64_t features, bool backwards,
                     const float* time_major, bool add, float* x);

}  // namespace strata::kernels
