// c' = f c + i g and h' = o tanh(c'), where i, f, o are sigmoids and g a tanh of the sums z.
#include "kernels/recurrent/lstm.hpp"

#include <algorithm>

#include "core/vector_units.hpp"
#include "kernels/elementwise/vector_math.hpp"
#include "kernels/recurrent/repeated_factor.hpp"

namespace strata::kernels {
namespace {

constexpr std::int64_t kLstmGates = 4;

// One sample's gates from its sums, and the states that follow from them.
void lstm_step(std::int64_t units, float* __restrict z, const float* __restrict before,
               float* __restrict carry, float* __restrict carry_tanh, float* __restrict hidden) {
  for (std::int64_t j = 0; j < 2 * units; ++j) z[j] = sigmoid(z[j]);
  for (std::int64_t j = 2 * units; j < 3 * units; ++j) z[j] = tanh(z[j]);
  for (std::int64_t j = 3 * units; j < 4 * units; ++j) z[j] = sigmoid(z[j]);
  for (std::int64_t j = 0; j < units; ++j)
    carry[j] = z[units + j] * before[j] + z[j] * z[2 * units + j];
  for (std::int64_t j = 0; j < units; ++j) carry_tanh[j] = tanh(carry[j]);
  for (std::int64_t j = 0; j < units; ++j) hidden[j] = z[3 * units + j] * carry_tanh[j];
}

// One sample's gradients dz of the sums, and of the carry before the step.
void lstm_step_back(std::int64_t units, const float* __restrict gates,
                    const float* __restrict before, const float* __restrict carry_tanh,
                    const float* __restrict dh, float* __restrict dc, float* dz) {
  float* __restrict const zi = dz;
  float* __restrict const zf = dz + units;
  float* __restrict const zg = dz + 2 * units;
  float* __restrict const zo = dz + 3 * units;
  for (std::int64_t j = 0; j < units; ++j) {
    const float i = gates[j];
    const float f = gates[units + j];
    const float g = gates[2 * units + j];
    const float o = gates[3 * units + j];
    const float t = carry_tanh[j];
    const float c = dc[j] + dh[j] * o * (1.0f - t * t);
    zi[j] = c * g * i * (1.0f - i);
    zf[j] = c * before[j] * f * (1.0f - f);
    zg[j] = c * i * (1.0f - g * g);
    zo[j] = dh[j] * t * o * (1.0f - o);
    dc[j] = c * f;
  }
}

}  // namespace

void lstm_forward(const LstmForward& lstm) {
  const Recurrence& all = lstm.recurrence;
  const std::int64_t units = all.units;
  const std::int64_t wide = kLstmGates * units;
  const RepeatedFactor kernel({all.recurrent_kernel, wide}, units, wide);
  for_sample_ranges(all, kLstmGates, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t step = 0; step < all.steps; ++step) {
      float* const gates = lstm.gates + step * all.batch * wide;
      const float* const hidden_before = lstm.hidden.at(step);
      const float* const carry_before = lstm.carry.at(step);
      float* const hidden = lstm.hidden.at(step + 1);
      float* const carry = lstm.carry.at(step + 1);
      float* const carry_tanh = lstm.carry_tanh + (lstm.carry.all ? step * lstm.carry.size : 0);
      kernel.add_product(end - begin, hidden_before + begin * units, units, gates + begin * wide,
                         wide);
      with_vector_units([&] {
        for (std::int64_t b = begin; b < end; ++b)
          lstm_step(units, gates + b * wide, carry_before + b * units, carry + b * units,
                    carry_tanh + b * units, hidden + b * units);
      });
      for (std::int64_t b = begin; b < end && all.mask != nullptr; ++b) {
        if (!all.skips(step, b)) continue;
        std::copy_n(hidden_before + b * units, units, hidden + b * units);
        std::copy_n(carry_before + b * units, units, carry + b * units);
      }
      write_outputs(all, step, {begin, end}, hidden, lstm.outputs);
    }
  });
}

void lstm_backward(const LstmBackward& lstm) {
  const Recurrence& all = lstm.recurrence;
  const std::int64_t units = all.units;
  const std::int64_t wide = kLstmGates * units;
  const RepeatedFactor transposed({all.recurrent_kernel, wide, true}, wide, units);
  for_sample_ranges(all, kLstmGates, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t step = all.steps - 1; step >= 0; --step) {
      const float* const gates = lstm.gates + step * all.batch * wide;
      float* const dz = lstm.sum_gradient + step * all.batch * wide;
      const std::int64_t at = step * all.batch * units;
      add_output_gradient(all, step, {begin, end}, lstm.upstream, lstm.hidden_gradient);
      with_vector_units([&] {
        for (std::int64_t b = begin; b < end; ++b) {
          float* const dh = lstm.hidden_gradient + b * units;
          if (all.skips(step, b)) {
            std::fill_n(dz + b * wide, wide, 0.0f);
            continue;
          }
          lstm_step_back(units, gates + b * wide, lstm.carry + at + b * units,
                         lstm.carry_tanh + at + b * units, dh, lstm.carry_gradient + b * units,
                         dz + b * wide);
          std::fill_n(dh, units, 0.0f);
        }
      });
      transposed.add_product(end - begin, dz + begin * wide, wide,
                             lstm.hidden_gradient + begin * units, units);
    }
  });
}

}  // namespace strata::kernels
