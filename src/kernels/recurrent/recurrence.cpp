// Outputs of steps, and the order of a sequence's axes.
#include "kernels/recurrent/recurrence.hpp"

#include <algorithm>

namespace strata::kernels {
namespace {

// Calls `body(position in (batch, steps), position in time-major order)` for all samples and steps.
template <class Body>
void for_each_step(std::int64_t batch, std::int64_t steps, std::int64_t features, bool backwards,
                   const Body& body) {
  parallel_for(steps, batch * features, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t step = begin; step < end; ++step) {
      const std::int64_t time = backwards ? steps - 1 - step : step;
      for (std::int64_t sample = 0; sample < batch; ++sample)
        body((sample * steps + time) * features, (step * batch + sample) * features);
    }
  });
}

}  // namespace

void write_outputs(const Recurrence& recurrence, std::int64_t step, IndexRange samples,
                   const float* state, const OutputRows<float>& outputs) {
  if (!outputs.all && step + 1 < recurrence.steps) return;
  const std::int64_t units = recurrence.units;
  for (std::int64_t b = samples.begin; b < samples.end; ++b) {
    float* const to = outputs.at(b, step, recurrence);
    if (recurrence.zero_masked_outputs && recurrence.skips(step, b)) {
      std::fill_n(to, units, 0.0f);
    } else {
      std::copy_n(state + b * units, units, to);
    }
  }
}

void add_output_gradient(const Recurrence& recurrence, std::int64_t step, IndexRange samples,
                         const OutputRows<const float>& upstream, float* state_gradient) {
  if (!upstream.all && step + 1 < recurrence.steps) return;
  const std::int64_t units = recurrence.units;
  for (std::int64_t b = samples.begin; b < samples.end; ++b) {
    if (recurrence.zero_masked_outputs && recurrence.skips(step, b)) continue;
    const float* const from = upstream.at(b, step, recurrence);
    float* const to = state_gradient + b * units;
    for (std::int64_t j = 0; j < units; ++j) to[j] += from[j];
  }
}

void to_time_major(std::int64_t batch, std::int64_t steps, std::int64_t features, bool backwards,
                   const float* x, float* out) {
  for_each_step(batch, steps, features, backwards, [=](std::int64_t from, std::int64_t to) {
    std::copy_n(x + from, features, out + to);
  });
}

void from_time_major(std::int64_t batch, std::int64_t steps, std::int64_t features, bool backwards,
                     const float* time_major, bool add, float* x) {
  for_each_step(batch, steps, features, backwards, [=](std::int64_t to, std::int64_t from) {
    if (!add) {
      std::copy_n(time_major + from, features, x + to);
    } else {
      for (std::int64_t j = 0; j < features; ++j) x[to + j] += time_major[from + j];
    }
  });
}

}  // namespace strata::kernels
