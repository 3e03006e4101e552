// What optimizers do to the elements of one weight: one pass over weight, gradient and moments, in
// place.
#pragma once

#include <cstdint>
#include <limits>

namespace strata::kernels {

/// A gradient as it came, and what is left to do to it: its elements times `scale`, clamped to
/// +-`limit`. NaN stays NaN.
struct RawGradient {
  const float* values;
  float scale = 1.0f;
  float limit = std::numeric_limits<float>::infinity();
};

/// `result = gradient`, finished.
void finish_gradient(std::int64_t count, RawGradient gradient, float* result);

/// `sum += scale * values`
void add_scaled(std::int64_t count, const float* values, float scale, float* sum);

/// `sqrt(sum(values^2))`, summed in double; finite if all values are.
double norm(std::int64_t count, const float* values);

/// Whether there is neither an infinity nor NaN.
bool all_finite(std::int64_t count, const float* values);

/// Whether `add_scaled` would leave neither.
bool sum_finite(std::int64_t count, const float* values, float scale, const float* sum);

/// `weight -= decay * weight`
void decay(std::int64_t count, float decay, float* weight);

/// `average = momentum * average + (1 - momentum) * weight`
void moving_average(std::int64_t count, float momentum, const float* weight, float* average);

struct SgdStep {
  float learning_rate;
  float decay;
  float momentum;
  bool nesterov;
};
/// The weight decays, then `weight -= learning_rate * g`. With a velocity:
/// `velocity = momentum * velocity - learning_rate * g`, which is added to the weight; Nesterov's
/// adds `momentum * velocity - learning_rate * g`.
void sgd(std::int64_t count, const SgdStep& step, RawGradient gradient, float* weight,
         float* velocity);

struct AdamStep {
  float rate;  ///< The learning rate with both moments' bias corrections.
  float decay;
  float beta_1;
  float beta_2;
  float epsilon;
};
/// The weight decays, `m += (g - m)(1 - beta_1)`, `v += (g^2 - v)(1 - beta_2)`,
/// `weight -= rate * m / (sqrt(v) + epsilon)`; with `largest`, the largest v so far takes v's
/// place.
void adam(std::int64_t count, const AdamStep& step, RawGradient gradient, float* weight, float* m,
          float* v, float* largest);

struct RmspropStep {
  float learning_rate;
  float decay;
  float rho;
  float momentum;
  float epsilon;
};
/// The weight decays, `v = rho v + (1 - rho) g^2`, `d = learning_rate * g / sqrt(v + epsilon)`,
/// `weight -= d`. With `mean` (a running g) it is `v - mean^2` in place of v; with `velocity`,
/// `velocity = momentum * velocity + d` is what the weight loses.
void rmsprop(std::int64_t count, const RmspropStep& step, RawGradient gradient, float* weight,
             float* v, float* velocity, float* mean);

}  // namespace strata::kernels
