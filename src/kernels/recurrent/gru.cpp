// h' = z h + (1 - z) g, where z and r are sigmoids of sums of the inputs' part x and the state's part
// m, and g = tanh(x + r m) or, with the reset gate before the product, tanh(x + (r h) · kernel).
#include "kernels/recurrent/gru.hpp"

#include <algorithm>
#include <optional>

#include "core/vector_units.hpp"
#include "kernels/elementwise/vector_math.hpp"
#include "kernels/recurrent/repeated_factor.hpp"

namespace strata::kernels {
namespace {

constexpr std::int64_t kGruGates = 3;

void gru_mix(std::int64_t units, const float* __restrict z, const float* __restrict candidate,
             const float* __restrict before, float* __restrict hidden) {
  for (std::int64_t j = 0; j < units; ++j)
    hidden[j] = z[j] * before[j] + (1.0f - z[j]) * candidate[j];
}

// One sample's gates from the two parts of its sums.
void gru_gates_after(std::int64_t units, float* x, const float* __restrict m) {
  float* __restrict const update_and_reset = x;
  const float* __restrict const reset = x + units;
  float* __restrict const candidate = x + 2 * units;
  for (std::int64_t j = 0; j < 2 * units; ++j)
    update_and_reset[j] = sigmoid(update_and_reset[j] + m[j]);
  for (std::int64_t j = 0; j < units; ++j)
    candidate[j] = tanh(candidate[j] + reset[j] * m[2 * units + j]);
}

// Update and reset gate from their sums, and the state scaled by the latter.
void gru_gates_before(std::int64_t units, float* x, const float* __restrict before,
                      float* __restrict scaled) {
  for (std::int64_t j = 0; j < 2 * units; ++j) x[j] = sigmoid(x[j]);
  for (std::int64_t j = 0; j < units; ++j) scaled[j] = x[units + j] * before[j];
}

// One sample's gradients of the sums: dx of the inputs' part, dm of the state's, m. `dh` becomes the
// part of the gradient that passes the product by.
void gru_back_after(std::int64_t units, const float* __restrict gates, const float* __restrict m,
                    const float* __restrict before, float* __restrict dh, float* dx, float* dm) {
  float* __restrict const xz = dx;
  float* __restrict const xr = dx + units;
  float* __restrict const xg = dx + 2 * units;
  float* __restrict const mz = dm;
  float* __restrict const mr = dm + units;
  float* __restrict const mg = dm + 2 * units;
  for (std::int64_t j = 0; j < units; ++j) {
    const float z = gates[j];
    const float r = gates[units + j];
    const float g = gates[2 * units + j];
    const float dg = dh[j] * (1.0f - z) * (1.0f - g * g);
    const float dz = dh[j] * (before[j] - g) * z * (1.0f - z);
    const float dr = dg * m[2 * units + j] * r * (1.0f - r);
    xz[j] = mz[j] = dz;
    xr[j] = mr[j] = dr;
    xg[j] = dg;
    mg[j] = dg * r;
    dh[j] *= z;
  }
}

// The gradients of the update gate's and the candidate's sums.
void gru_back_before(std::int64_t units, const float* __restrict gates,
                     const float* __restrict before, float* __restrict dh, float* dx) {
  float* __restrict const xz = dx;
  float* __restrict const xg = dx + 2 * units;
  for (std::int64_t j = 0; j < units; ++j) {
    const float z = gates[j];
    const float g = gates[2 * units + j];
    xg[j] = dh[j] * (1.0f - z) * (1.0f - g * g);
    xz[j] = dh[j] * (before[j] - g) * z * (1.0f - z);
    dh[j] *= z;
  }
}

// The gradient of the reset gate's sum, from that of the scaled state.
void gru_back_through_scaling(std::int64_t units, const float* __restrict reset,
                              const float* __restrict before, const float* __restrict scaled,
                              float* __restrict dh, float* __restrict xr) {
  for (std::int64_t j = 0; j < units; ++j) {
    const float r = reset[j];
    xr[j] = scaled[j] * before[j] * r * (1.0f - r);
    dh[j] += scaled[j] * r;
  }
}

// The parts of the recurrent kernel that are multiplied by the same matrix; by one and the same
// where the reset gate comes after.
struct GruFactors {
  GruFactors(const Recurrence& all, ResetGate reset, bool transposed) {
    const std::int64_t units = all.units;
    const bool after = reset == ResetGate::after;
    const auto make = [&](std::int64_t first, std::int64_t count, auto& factor) {
      const Matrix part{all.recurrent_kernel + first * units, kGruGates * units, transposed};
      const std::int64_t width = count * units;
      factor.emplace(part, transposed ? width : units, transposed ? units : width);
    };
    make(0, after ? kGruGates : 2, gates);
    if (!after) make(2, 1, candidate);
  }

  std::optional<RepeatedFactor> gates;
  std::optional<RepeatedFactor> candidate;
};

}  // namespace

void gru_forward(const GruForward& gru) {
  const Recurrence& all = gru.recurrence;
  const bool after = gru.reset == ResetGate::after;
  const std::int64_t units = all.units;
  const std::int64_t wide = kGruGates * units;
  const std::int64_t inner_width = after ? wide : units;
  const GruFactors factors(all, gru.reset, false);
  for_sample_ranges(all, kGruGates, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t rows = end - begin;
    for (std::int64_t step = 0; step < all.steps; ++step) {
      float* const gates = gru.gates + step * all.batch * wide;
      float* const inner = gru.inner + (gru.hidden.all ? step : 0) * all.batch * inner_width;
      const float* const before = gru.hidden.at(step);
      float* const hidden = gru.hidden.at(step + 1);
      if (after) {
        for (std::int64_t b = begin; b < end; ++b) {
          float* const row = inner + b * wide;
          if (gru.recurrent_bias != nullptr) {
            std::copy_n(gru.recurrent_bias, wide, row);
          } else {
            std::fill_n(row, wide, 0.0f);
          }
        }
        factors.gates->add_product(rows, before + begin * units, units, inner + begin * wide, wide);
        with_vector_units([&] {
          for (std::int64_t b = begin; b < end; ++b)
            gru_gates_after(units, gates + b * wide, inner + b * wide);
        });
      } else {
        factors.gates->add_product(rows, before + begin * units, units, gates + begin * wide, wide);
        with_vector_units([&] {
          for (std::int64_t b = begin; b < end; ++b)
            gru_gates_before(units, gates + b * wide, before + b * units, inner + b * units);
        });
        factors.candidate->add_product(rows, inner + begin * units, units,
                                       gates + begin * wide + 2 * units, wide);
        with_vector_units([&] {
          for (std::int64_t b = begin; b < end; ++b) {
            float* const candidate = gates + b * wide + 2 * units;
            for (std::int64_t j = 0; j < units; ++j) candidate[j] = tanh(candidate[j]);
          }
        });
      }
      with_vector_units([&] {
        for (std::int64_t b = begin; b < end; ++b)
          gru_mix(units, gates + b * wide, gates + b * wide + 2 * units, before + b * units,
                  hidden + b * units);
      });
      for (std::int64_t b = begin; b < end && all.mask != nullptr; ++b) {
        if (all.skips(step, b)) std::copy_n(before + b * units, units, hidden + b * units);
      }
      write_outputs(all, step, {begin, end}, hidden, gru.outputs);
    }
  });
}

void gru_backward(const GruBackward& gru) {
  const Recurrence& all = gru.recurrence;
  const bool after = gru.reset == ResetGate::after;
  const std::int64_t units = all.units;
  const std::int64_t wide = kGruGates * units;
  const GruFactors factors(all, gru.reset, true);
  // With the reset gate before the product: the gradient of the scaled states of one step.
  const Buffer scaled =
      after ? Buffer() : Buffer::uninitialized(static_cast<std::size_t>(all.batch * units));
  for_sample_ranges(all, kGruGates, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t rows = end - begin;
    float* const dh = gru.hidden_gradient;
    for (std::int64_t step = all.steps - 1; step >= 0; --step) {
      const float* const gates = gru.gates + step * all.batch * wide;
      float* const dx = gru.sum_gradient + step * all.batch * wide;
      const float* const inner = after ? gru.inner + step * all.batch * wide : nullptr;
      float* const dm = after ? gru.inner_gradient + step * all.batch * wide : nullptr;
      const float* const before = gru.hidden + step * all.batch * units;
      add_output_gradient(all, step, {begin, end}, gru.upstream, dh);
      with_vector_units([&] {
        for (std::int64_t b = begin; b < end; ++b) {
          if (all.skips(step, b)) {
            std::fill_n(dx + b * wide, wide, 0.0f);
            if (after) std::fill_n(dm + b * wide, wide, 0.0f);
          } else if (after) {
            gru_back_after(units, gates + b * wide, inner + b * wide, before + b * units,
                           dh + b * units, dx + b * wide, dm + b * wide);
          } else {
            gru_back_before(units, gates + b * wide, before + b * units, dh + b * units,
                            dx + b * wide);
          }
        }
      });
      if (after) {
        factors.gates->add_product(rows, dm + begin * wide, wide, dh + begin * units, units);
        continue;
      }
      std::fill_n(scaled.data() + begin * units, rows * units, 0.0f);
      factors.candidate->add_product(rows, dx + begin * wide + 2 * units, wide,
                                     scaled.data() + begin * units, units);
      with_vector_units([&] {
        for (std::int64_t b = begin; b < end; ++b) {
          if (!all.skips(step, b))
            gru_back_through_scaling(units, gates + b * wide + units, before + b * units,
                                     scaled.data() + b * units, dh + b * units,
                                     dx + b * wide + units);
        }
      });
      factors.gates->add_product(rows, dx + begin * wide, wide, dh + begin * units, units);
    }
  });
}

}  // namespace strata::kernels
