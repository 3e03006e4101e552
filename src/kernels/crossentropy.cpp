#include "kernels/crossentropy.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"

namespace strata::kernels {
namespace {

// Keras clips probabilities to these bounds, in float: 1 - 1e-7 is 1 - 1.1920929e-7.
constexpr float kLow = 1e-7f;
constexpr float kHigh = 1.0f - 1e-7f;
constexpr std::int64_t kElementCost = 16;  // of a logarithm or an exponential, in additions

float clipped(float p) { return std::clamp(p, kLow, kHigh); }
// NaN counts as unclipped, so that it flows into the gradient too.
bool is_clipped(float p) { return p < kLow || p > kHigh; }

/// `row(r)` for every row, in parallel where it pays.
template <class Row>
void for_rows(const CrossentropyRows& shape, Row row) {
  parallel_for(shape.rows, shape.classes * kElementCost, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) row(r);
  });
}

/// Targets as label smoothing leaves them: `t (1 - s) + s / classes`.
struct Smoothing {
  Smoothing(float smoothing, std::int64_t classes)
      : keep(1.0f - smoothing), share(smoothing / static_cast<float>(classes)) {}
  float operator()(float t) const { return t * keep + share; }
  float keep;
  float share;
};

/// A row of probabilities, divided by their sum.
struct ProbabilityRow {
  ProbabilityRow(const float* row, std::int64_t classes) : p(row) {
    double total = 0.0;
    for (std::int64_t c = 0; c < classes; ++c) total += static_cast<double>(row[c]);
    norm = static_cast<float>(total);
  }
  ProbabilityRow(const float* row, std::int64_t, float sum) : p(row), norm(sum) {}

  float share(std::int64_t c) const { return p[c] / norm; }
  float log(std::int64_t c) const { return std::log(clipped(share(c))); }

  const float* p;
  float norm;
};

/// A row of logits, whose softmax is `exp(x - largest) / norm`.
struct LogitRow {
  LogitRow(const float* row, std::int64_t classes)
      : x(row),
        largest(largest_of(row, classes)),
        norm(sum_of_exponentials(classes)),
        log_norm(std::log(norm)) {}
  LogitRow(const float* row, std::int64_t classes, float sum)
      : x(row), largest(largest_of(row, classes)), norm(sum), log_norm(std::log(sum)) {}

  static float largest_of(const float* row, std::int64_t classes) {
    return classes == 0 ? 0.0f : *std::max_element(row, row + classes);
  }
  float sum_of_exponentials(std::int64_t classes) const {
    double total = 0.0;
    for (std::int64_t c = 0; c < classes; ++c)
      total += static_cast<double>(std::exp(x[c] - largest));
    return static_cast<float>(total);
  }

  float share(std::int64_t c) const { return std::exp(x[c] - largest) / norm; }
  float log(std::int64_t c) const { return (x[c] - largest) - log_norm; }

  const float* x;
  float largest;
  float norm;
  float log_norm;
};

// -sum(t ln p). Terms whose target is 0 are left out: most are, and a logit of -inf among them is
// no NaN.
template <class RowType>
void categorical_values(const CrossentropyRows& shape, const float* y_true, const float* y_pred,
                        float* values, float* norms) {
  const Smoothing smooth(shape.label_smoothing, shape.classes);
  for_rows(shape, [&](std::int64_t r) {
    const RowType row(y_pred + r * shape.classes, shape.classes);
    const float* t = y_true + r * shape.classes;
    double value = 0.0;
    for (std::int64_t c = 0; c < shape.classes; ++c) {
      const float target = smooth(t[c]);
      if (target != 0.0f) value -= static_cast<double>(target) * static_cast<double>(row.log(c));
    }
    values[r] = static_cast<float>(value);
    norms[r] = row.norm;
  });
}

template <class RowType>
void categorical_target_gradient(const CrossentropyRows& shape, const float* y_pred,
                                 const float* norms, const float* upstream, float* gradient) {
  const float keep = 1.0f - shape.label_smoothing;
  for_rows(shape, [&](std::int64_t r) {
    const RowType row(y_pred + r * shape.classes, shape.classes, norms[r]);
    float* out = gradient + r * shape.classes;
    for (std::int64_t c = 0; c < shape.classes; ++c) out[c] = -keep * upstream[r] * row.log(c);
  });
}

// With q = p / sum(p), only unclipped q move the value:
// d/dp_k = (sum of their targets - t_k / q_k [unclipped]) / sum(p)
void probability_gradient_row(const ProbabilityRow& row, const float* t, const Smoothing& smooth,
                              std::int64_t classes, float upstream, float* out) {
  double moving = 0.0;
  for (std::int64_t c = 0; c < classes; ++c) {
    if (!is_clipped(row.share(c))) moving += static_cast<double>(smooth(t[c]));
  }
  const auto total = static_cast<float>(moving);
  const float scale = upstream / row.norm;
  for (std::int64_t c = 0; c < classes; ++c) {
    const float share = row.share(c);
    const float own = is_clipped(share) ? 0.0f : smooth(t[c]) / share;
    out[c] = scale * (total - own);
  }
}

// d/dx_k = softmax_k sum(t) - t_k
void logit_gradient_row(const LogitRow& row, const float* t, const Smoothing& smooth,
                        std::int64_t classes, float upstream, float* out) {
  double total = 0.0;
  for (std::int64_t c = 0; c < classes; ++c) total += static_cast<double>(smooth(t[c]));
  const auto sum = static_cast<float>(total);
  for (std::int64_t c = 0; c < classes; ++c)
    out[c] = upstream * (row.share(c) * sum - smooth(t[c]));
}

template <class RowType>
void sparse_values(const CrossentropyRows& shape, const float* labels, const float* y_pred,
                   float* values, float* norms) {
  for_rows(shape, [&](std::int64_t r) {
    values[r] = norms[r] = 0.0f;
    if (labels[r] < 0.0f) return;
    const RowType row(y_pred + r * shape.classes, shape.classes);
    values[r] = -row.log(static_cast<std::int64_t>(labels[r]));
    norms[r] = row.norm;
  });
}

void sparse_probability_gradient_row(const ProbabilityRow& row, std::int64_t label,
                                     std::int64_t classes, float upstream, float* out) {
  const float share = row.share(label);
  const float scale = is_clipped(share) ? 0.0f : upstream / row.norm;
  std::fill_n(out, classes, scale);
  out[label] -= is_clipped(share) ? 0.0f : scale / share;
}

void sparse_logit_gradient_row(const LogitRow& row, std::int64_t label, std::int64_t classes,
                               float upstream, float* out) {
  for (std::int64_t c = 0; c < classes; ++c) out[c] = upstream * row.share(c);
  out[label] -= upstream;
}

// -(t ln p + (1 - t) ln(1 - p)); from a logit: softplus(x) - t x, without overflow.
float binary_value(float t, float p) {
  const float q = clipped(p);
  return -(t * std::log(q) + (1.0f - t) * std::log(1.0f - q));
}
float binary_logit_value(float t, float x) {
  return std::max(x, 0.0f) - t * x + std::log1p(std::exp(-std::abs(x)));
}

float binary_slope(float t, float p) {
  return is_clipped(p) ? 0.0f : (1.0f - t) / (1.0f - p) - t / p;
}
float binary_logit_slope(float t, float x) {
  const float e = std::exp(-std::abs(x));
  return (x >= 0.0f ? 1.0f : e) / (1.0f + e) - t;
}

float binary_target_slope(float p) {
  const float q = clipped(p);
  return std::log(1.0f - q) - std::log(q);
}

template <class Value>
void binary_values(const CrossentropyRows& shape, const float* y_true, const float* y_pred,
                   float* values, Value value) {
  const Smoothing smooth(shape.label_smoothing, 2);
  for_rows(shape, [&](std::int64_t r) {
    double sum = 0.0;
    for (std::int64_t i = r * shape.classes; i < (r + 1) * shape.classes; ++i)
      sum += static_cast<double>(value(smooth(y_true[i]), y_pred[i]));
    values[r] = static_cast<float>(sum / static_cast<double>(shape.classes));
  });
}

/// `gradient = upstream / classes * slope(index)`
template <class Slope>
void binary_slopes(const CrossentropyRows& shape, const float* upstream, float* gradient,
                   Slope slope) {
  for_rows(shape, [&](std::int64_t r) {
    const float scale = upstream[r] / static_cast<float>(shape.classes);
    for (std::int64_t i = r * shape.classes; i < (r + 1) * shape.classes; ++i)
      gradient[i] = scale * slope(i);
  });
}

}  // namespace

void binary_crossentropy(const CrossentropyRows& shape, const float* y_true, const float* y_pred,
                         float* values) {
  if (shape.from_logits) {
    binary_values(shape, y_true, y_pred, values, binary_logit_value);
  } else {
    binary_values(shape, y_true, y_pred, values, binary_value);
  }
}

void binary_crossentropy_gradient(const CrossentropyRows& shape, const float* y_true,
                                  const float* y_pred, const float* upstream, float* gradient) {
  const Smoothing smooth(shape.label_smoothing, 2);
  if (shape.from_logits) {
    binary_slopes(shape, upstream, gradient,
                  [&](std::int64_t i) { return binary_logit_slope(smooth(y_true[i]), y_pred[i]); });
  } else {
    binary_slopes(shape, upstream, gradient,
                  [&](std::int64_t i) { return binary_slope(smooth(y_true[i]), y_pred[i]); });
  }
}

void binary_crossentropy_target_gradient(const CrossentropyRows& shape, const float* y_pred,
                                         const float* upstream, float* gradient) {
  const float keep = 1.0f - shape.label_smoothing;
  if (shape.from_logits) {
    binary_slopes(shape, upstream, gradient, [&](std::int64_t i) { return -keep * y_pred[i]; });
  } else {
    binary_slopes(shape, upstream, gradient,
                  [&](std::int64_t i) { return keep * binary_target_slope(y_pred[i]); });
  }
}

void categorical_crossentropy(const CrossentropyRows& shape, const float* y_true,
                              const float* y_pred, float* values, float* norms) {
  if (shape.from_logits) {
    categorical_values<LogitRow>(shape, y_true, y_pred, values, norms);
  } else {
    categorical_values<ProbabilityRow>(shape, y_true, y_pred, values, norms);
  }
}

void categorical_crossentropy_gradient(const CrossentropyRows& shape, const float* y_true,
                                       const float* y_pred, const float* norms,
                                       const float* upstream, float* gradient) {
  const Smoothing smooth(shape.label_smoothing, shape.classes);
  for_rows(shape, [&](std::int64_t r) {
    const std::int64_t at = r * shape.classes;
    if (shape.from_logits) {
      logit_gradient_row(LogitRow(y_pred + at, shape.classes, norms[r]), y_true + at, smooth,
                         shape.classes, upstream[r], gradient + at);
    } else {
      probability_gradient_row(ProbabilityRow(y_pred + at, shape.classes, norms[r]), y_true + at,
                               smooth, shape.classes, upstream[r], gradient + at);
    }
  });
}

void categorical_crossentropy_target_gradient(const CrossentropyRows& shape, const float* y_pred,
                                              const float* norms, const float* upstream,
                                              float* gradient) {
  if (shape.from_logits) {
    categorical_target_gradient<LogitRow>(shape, y_pred, norms, upstream, gradient);
  } else {
    categorical_target_gradient<ProbabilityRow>(shape, y_pred, norms, upstream, gradient);
  }
}

void sparse_categorical_crossentropy(const CrossentropyRows& shape, const float* labels,
                                     const float* y_pred, float* values, float* norms) {
  if (shape.from_logits) {
    sparse_values<LogitRow>(shape, labels, y_pred, values, norms);
  } else {
    sparse_values<ProbabilityRow>(shape, labels, y_pred, values, norms);
  }
}

void sparse_categorical_crossentropy_gradient(const CrossentropyRows& shape, const float* labels,
                                              const float* y_pred, const float* norms,
                                              const float* upstream, float* gradient) {
  for_rows(shape, [&](std::int64_t r) {
    const std::int64_t at = r * shape.classes;
    float* out = gradient + at;
    if (labels[r] < 0.0f) {
      std::fill_n(out, shape.classes, 0.0f);
      return;
    }
    const auto label = static_cast<std::int64_t>(labels[r]);
    if (shape.from_logits) {
      sparse_logit_gradient_row(LogitRow(y_pred + at, shape.classes, norms[r]), label,
                                shape.classes, upstream[r], out);
    } else {
      sparse_probability_gradient_row(ProbabilityRow(y_pred + at, shape.classes, norms[r]), label,
                                      shape.classes, upstream[r], out);
    }
  });
}

}  // namespace strata::kernels
