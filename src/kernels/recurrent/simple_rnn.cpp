// h' = activation(x + h · kernel), where x is the inputs' part of the sum.
#include "kernels/recurrent/simple_rnn.hpp"

#include <algorithm>

#include "kernels/products/epilogue.hpp"
#include "kernels/recurrent/repeated_factor.hpp"

namespace strata::kernels {

void simple_rnn_forward(const SimpleRnnForward& rnn) {
  const Recurrence& all = rnn.recurrence;
  const std::int64_t units = all.units;
  const RepeatedFactor kernel({all.recurrent_kernel, units}, units, units);
  for_sample_ranges(all, 1, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t rows = end - begin;
    for (std::int64_t step = 0; step < all.steps; ++step) {
      float* const sums = rnn.sums + (step * all.batch + begin) * units;
      const float* const before = rnn.hidden.at(step);
      float* const hidden = rnn.hidden.at(step + 1);
      kernel.add_product(rows, before + begin * units, units, sums, units);
      std::copy_n(sums, rows * units, hidden + begin * units);
      apply_epilogue(rows, units, nullptr, rnn.activation, hidden + begin * units);
      for (std::int64_t b = begin; b < end && all.mask != nullptr; ++b) {
        if (all.skips(step, b)) std::copy_n(before + b * units, units, hidden + b * units);
      }
      write_outputs(all, step, {begin, end}, hidden, rnn.outputs);
    }
  });
}

void simple_rnn_backward(const SimpleRnnBackward& rnn) {
  const Recurrence& all = rnn.recurrence;
  const std::int64_t units = all.units;
  const RepeatedFactor transposed({all.recurrent_kernel, units, true}, units, units);
  for_sample_ranges(all, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t step = all.steps - 1; step >= 0; --step) {
      const std::int64_t at = step * all.batch * units;
      const float* const hidden = rnn.hidden + at + all.batch * units;
      float* const dz = rnn.sum_gradient + at;
      float* const dh = rnn.hidden_gradient;
      add_output_gradient(all, step, {begin, end}, rnn.upstream, dh);
      for (std::int64_t b = begin; b < end; ++b) {
        if (all.skips(step, b)) {
          std::fill_n(dz + b * units, units, 0.0f);
          continue;
        }
        activation_gradient(units, hidden + b * units, dh + b * units, rnn.activation,
                            dz + b * units);
        std::fill_n(dh + b * units, units, 0.0f);
      }
      transposed.add_product(end - begin, dz + begin * units, units, dh + begin * units, units);
    }
  });
}

}  // namespace strata::kernels
