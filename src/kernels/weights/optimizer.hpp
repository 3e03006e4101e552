// Optimizer steps for one weight, in place: one pass over weight, gradient and moments.
#pragma once

#include <cstdint>
#include <limits>

#include "kernels/weights/penalty.hpp"

namespace strata::kernels {

/// A gradient, to be completed and clipped within the pass that uses it: the gradient of the penalty
/// `missing` of the weight before the pass is added to each element (not by `lion` and `ftrl`, nor in
/// a pass with a proximal step), which is multiplied by `scale`, then clamped to +-`limit`. NaN stays
/// NaN.
struct RawGradient {
  const float* values;
  float scale = 1.0f;
  float limit = std::numeric_limits<float>::infinity();
  PenaltyFactors missing = {};
};

/// What a pass does to each weight v after its own step: `v = soft(v, t l1) / (1 + 2 t l2)`, where
/// `soft(v, s) = sign(v) max(|v| - s, 0)`. Exactly 0 within the threshold; NaN stays NaN.
struct ProximalPass {
  bool any = false;  ///< Whether there is something to do.
  float l1 = 0.0f;
  float l2 = 0.0f;
  float rate = 0.0f;  ///< t, for a pass that divides its step by something over that.
  /// An element moves by at most `kMostSteps` times this or the pass's own step, the longer one.
  float longest = std::numeric_limits<float>::infinity();
  float* steps = nullptr;   ///< Where each `t / (1 + 2 t l2)` is stored, unless null;
  float* lowest = nullptr;  ///< and where the element may move to, unless `steps` is null.
  float* highest = nullptr;

  static constexpr float kMostSteps = 10.0f;
};

/// That alone, with `t = rate`.
void proximal(std::int64_t count, const ProximalPass& pass, float* weight);

/// Carries each weight into its bounds.
void clamp(std::int64_t count, const float* lowest, const float* highest, float* weight);

/// `average = 0` where the weight is 0.
void take_zeros(std::int64_t count, const float* weight, float* average);

/// `result = gradient`, clipped.
void clip_gradient(std::int64_t count, RawGradient gradient, float* result);

/// `sum += scale * values`
void add_scaled(std::int64_t count, const float* values, float scale, float* sum);

/// `sqrt(sum(values^2))`, summed in double; finite if all values are.
double norm(std::int64_t count, const float* values);

/// Whether no value is infinite or NaN.
bool all_finite(std::int64_t count, const float* values);

/// Whether no value would be infinite or NaN after `add_scaled`.
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
/// The weight decays, then `weight -= learning_rate * g`. With a velocity (null without momentum)
/// `velocity = momentum * velocity - learning_rate * g` is added to the weight instead, or with
/// Nesterov's momentum `momentum * velocity - learning_rate * g`.
void sgd(std::int64_t count, const SgdStep& step, RawGradient gradient, float* weight,
         float* velocity, const ProximalPass& proximal = {});

struct AdamStep {
  float rate;  ///< The learning rate with both moments' bias corrections.
  float decay;
  float beta_1;
  float beta_2;
  float epsilon;
};
struct AdamSlots {
  float* m;
  float* v;
  float* largest;  ///< Null without amsgrad.
};
/// The weight decays, `m += (g - m)(1 - beta_1)`, `v += (g^2 - v)(1 - beta_2)`,
/// `weight -= rate * m / (sqrt(v) + epsilon)`; with `largest`, the largest v so far takes v's
/// place.
void adam(std::int64_t count, const AdamStep& step, RawGradient gradient, float* weight,
          AdamSlots slots, const ProximalPass& proximal = {});

struct RmspropStep {
  float learning_rate;
  float decay;
  float rho;
  float momentum;
  float epsilon;
};
struct RmspropSlots {
  float* v;
  float* velocity;  ///< Null without momentum.
  float* mean;      ///< Null unless centered.
};
/// The weight decays, `v = rho v + (1 - rho) g^2`, `d = learning_rate * g / sqrt(v + epsilon)`,
/// `weight -= d`. With a mean (a running g) d has `v - mean^2` in place of v; with a velocity
/// `velocity = momentum * velocity + d` is subtracted from the weight in place of d.
void rmsprop(std::int64_t count, const RmspropStep& step, RawGradient gradient, float* weight,
             RmspropSlots slots, const ProximalPass& proximal = {});

struct AdamaxStep {
  float rate;  ///< The learning rate with the moment's bias correction.
  float decay;
  float beta_1;
  float beta_2;
  float epsilon;
};
/// The weight decays, `m += (g - m)(1 - beta_1)`, `u = max(beta_2 * u, |g|)`,
/// `weight -= rate * m / (u + epsilon)`.
void adamax(std::int64_t count, const AdamaxStep& step, RawGradient gradient, float* weight,
            float* m, float* u, const ProximalPass& proximal = {});

struct NadamStep {
  float learning_rate;
  float decay;
  float beta_1;
  float beta_2;
  float epsilon;
  float momentum_factor;  ///< Of m in the direction.
  float gradient_factor;  ///< Of the gradient in the direction.
  float square_factor;    ///< Of v under the root.
};
/// The weight decays, m and v as in `adam`, then `weight -= learning_rate * (momentum_factor * m +
/// gradient_factor * g) / (sqrt(square_factor * v) + epsilon)`.
void nadam(std::int64_t count, const NadamStep& step, RawGradient gradient, float* weight, float* m,
           float* v, const ProximalPass& proximal = {});

struct AdagradStep {
  float learning_rate;
  float decay;
  float epsilon;
};
/// The weight decays, `sum += g^2`, `weight -= learning_rate * g / sqrt(sum + epsilon)`.
void adagrad(std::int64_t count, const AdagradStep& step, RawGradient gradient, float* weight,
             float* sum, const ProximalPass& proximal = {});

struct AdadeltaStep {
  float learning_rate;
  float decay;
  float rho;
  float epsilon;
};
/// The weight decays, `square = rho * square + (1 - rho) g^2`,
/// `d = sqrt(change + epsilon) / sqrt(square + epsilon) * g`,
/// `change = rho * change + (1 - rho) d^2`, `weight -= learning_rate * d`.
void adadelta(std::int64_t count, const AdadeltaStep& step, RawGradient gradient, float* weight,
              float* square, float* change, const ProximalPass& proximal = {});

struct LionStep {
  float learning_rate;
  float decay;
  float beta_1;
  float beta_2;
};
/// The weight decays, `weight -= learning_rate * sign(beta_1 * m + (1 - beta_1) g)`,
/// `m = beta_2 * m + (1 - beta_2) g`.
void lion(std::int64_t count, const LionStep& step, RawGradient gradient, float* weight, float* m);

struct FtrlStep {
  float learning_rate;  ///< Not 0.
  float decay;
  float power;  ///< Of the sums of squares, >= 0.
  float l1;
  float l2;
  float shrinkage;
};
/// The weight decays, `next = sum + g^2`,
/// `linear += g + 2 * shrinkage * weight - (next^power - sum^power) / learning_rate * weight`,
/// `weight = (clip(linear, -l1, l1) - linear) / (next^power / learning_rate + 2 * l2)`,
/// `sum = next`.
void ftrl(std::int64_t count, const FtrlStep& step, RawGradient gradient, float* weight, float* sum,
          float* linear);

struct LambStep {
  float beta_1;
  float beta_2;
  float epsilon;
  float momentum_factor;  ///< Of m in the direction.
  float square_factor;    ///< Of v under the root.
};
/// m and v as in `adam`, and
/// `direction = momentum_factor * m / (sqrt(square_factor * v) + epsilon)`.
void lamb_direction(std::int64_t count, const LambStep& step, const float* gradient, float* m,
                    float* v, float* direction);

}  // namespace strata::kernels
