// Crossentropies, with exponentials and logarithms of many rows at once so that they are
// vectorized.
#include "kernels/crossentropy.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"
#include "kernels/block_sum.hpp"
#include "kernels/vector_math.hpp"
#include "strata/core/buffer.hpp"

namespace strata::kernels {
namespace {

// Keras clips probabilities to these bounds, in float: 1 - 1e-7 is 1 - 1.1920929e-7.
constexpr float kLow = 1e-7f;
constexpr float kHigh = 1.0f - 1e-7f;
constexpr std::int64_t kElementCost = 16;  // of a logarithm or an exponential, in additions

float clipped(float p) { return std::clamp(p, kLow, kHigh); }
// NaN counts as unclipped, so that it flows into the gradient too.
bool is_clipped(float p) { return p < kLow || p > kHigh; }

constexpr std::int64_t kBlockElements = 1024;  // per block

/// Calls `block(first row, rows, scratch)` for blocks of whole rows, in parallel if it is faster,
/// compiled for the CPU's vector units. Rows are often short, so exponentials and logarithms are
/// computed for all rows of a block at once; `scratch` holds twice the elements of a block.
template <class Block>
void for_blocks(const CrossentropyRows& shape, Block block) {
  const std::int64_t classes = std::max<std::int64_t>(shape.classes, 1);
  const std::int64_t most = std::max<std::int64_t>(kBlockElements / classes, 1);
  parallel_for(shape.rows, classes * kElementCost, [&](std::int64_t begin, std::int64_t end) {
    const Buffer scratch =
        Buffer::uninitialized(static_cast<std::size_t>(2 * std::min(most, end - begin) * classes));
    for (std::int64_t first = begin; first < end; first += most) {
      with_vector_units([&] { block(first, std::min(most, end - first), scratch.data()); });
    }
  });
}

void take_exp(std::int64_t count, float* x) {
  for (std::int64_t i = 0; i < count; ++i) x[i] = exp(x[i]);
}
void take_log(std::int64_t count, float* x) {
  for (std::int64_t i = 0; i < count; ++i) x[i] = log(x[i]);
}

/// Writes ln p and ln(1 - p) of the clipped probabilities.
void write_both_logs(std::int64_t count, const float* p, float* logs, float* others) {
  for (std::int64_t i = 0; i < count; ++i) logs[i] = clipped(p[i]);
  for (std::int64_t i = 0; i < count; ++i) others[i] = 1.0f - logs[i];
  take_log(count, logs);
  take_log(count, others);
}

double sum_of(std::int64_t count, const float* x) {
  constexpr std::int64_t kFew = 16;
  if (count >= kFew) return block_sum(x, 0, count, [](float v) { return v; });
  double total = 0.0;
  for (std::int64_t i = 0; i < count; ++i) total += static_cast<double>(x[i]);
  return total;
}

/// The largest element. NaN if the first element is NaN; 0 if there is none.
float largest_of(std::int64_t count, const float* x) {
  constexpr std::int64_t kLanes = 16;
  if (count == 0) return 0.0f;
  float best = x[0];
  std::int64_t i = 1;
  if (count >= kLanes) {
    float lanes[kLanes];
    std::copy_n(x, kLanes, lanes);
    for (i = kLanes; i + kLanes <= count; i += kLanes) {
      for (std::int64_t lane = 0; lane < kLanes; ++lane)
        lanes[lane] = x[i + lane] > lanes[lane] ? x[i + lane] : lanes[lane];
    }
    for (const float lane : lanes) best = lane > best ? lane : best;
  }
  for (; i < count; ++i) best = x[i] > best ? x[i] : best;
  return best;
}

/// `x *= factor * upstream`, with one upstream gradient per row.
void scale_rows(std::int64_t rows, std::int64_t classes, const float* upstream, float factor,
                float* x) {
  if (classes == 1) {
    for (std::int64_t r = 0; r < rows; ++r) x[r] *= factor * upstream[r];
    return;
  }
  for (std::int64_t r = 0; r < rows; ++r) {
    const float scale = factor * upstream[r];
    for (std::int64_t c = 0; c < classes; ++c) x[r * classes + c] *= scale;
  }
}

/// Targets as label smoothing leaves them: `t (1 - s) + s / classes`.
struct Smoothing {
  Smoothing(float smoothing, std::int64_t classes)
      : keep(1.0f - smoothing), share(smoothing / static_cast<float>(classes)) {}
  float operator()(float t) const { return t * keep + share; }
  float keep;
  float share;
};

/// Rows of probabilities, each normalized by its sum.
struct Probabilities {
  const CrossentropyRows& shape;
  const float* y_pred;

  const float* row(std::int64_t r) const { return y_pred + r * shape.classes; }

  /// Writes each row's sum (its norm), and the logarithms of all normalized probabilities.
  void write_logs(std::int64_t first, std::int64_t rows, float* logs, float* norms) const {
    for (std::int64_t r = 0; r < rows; ++r)
      norms[first + r] = static_cast<float>(sum_of(shape.classes, row(first + r)));
    write_logs_of(first, rows, norms, logs);
  }
  /// The same with known norms.
  void write_logs_of(std::int64_t first, std::int64_t rows, const float* norms, float* logs) const {
    for (std::int64_t r = 0; r < rows; ++r) {
      const float norm = norms[first + r];
      const float* p = row(first + r);
      float* to = logs + r * shape.classes;
      for (std::int64_t c = 0; c < shape.classes; ++c) to[c] = clipped(p[c] / norm);
    }
    take_log(rows * shape.classes, logs);
  }
  /// Writes the logarithm of the label's probability for each row; 0, with norm 0, for a negative
  /// label.
  void write_label_logs(std::int64_t first, std::int64_t rows, const float* labels, float*,
                        float* logs, float* norms) const {
    for (std::int64_t r = first; r < first + rows; ++r) {
      const bool counts = labels[r] >= 0.0f;
      norms[r] = counts ? static_cast<float>(sum_of(shape.classes, row(r))) : 0.0f;
      logs[r] = counts ? clipped(row(r)[static_cast<std::int64_t>(labels[r])] / norms[r]) : 1.0f;
    }
    take_log(rows, logs + first);
  }
};

/// Rows of logits, whose softmax is `exp(x - largest) / norm`.
struct Logits {
  const CrossentropyRows& shape;
  const float* y_pred;

  const float* row(std::int64_t r) const { return y_pred + r * shape.classes; }

  /// Writes `exp(x - largest)` for all elements.
  void write_exponentials(std::int64_t first, std::int64_t rows, float* to) const {
    for (std::int64_t r = 0; r < rows; ++r) {
      const float* x = row(first + r);
      const float largest = largest_of(shape.classes, x);
      float* out = to + r * shape.classes;
      for (std::int64_t c = 0; c < shape.classes; ++c) out[c] = x[c] - largest;
    }
    take_exp(rows * shape.classes, to);
  }
  void write_norms(std::int64_t first, std::int64_t rows, float* scratch, float* norms) const {
    write_exponentials(first, rows, scratch);
    for (std::int64_t r = 0; r < rows; ++r)
      norms[first + r] = static_cast<float>(sum_of(shape.classes, scratch + r * shape.classes));
  }
  void write_logs(std::int64_t first, std::int64_t rows, float* logs, float* norms) const {
    write_norms(first, rows, logs, norms);
    write_logs_of(first, rows, norms, logs);
  }
  void write_logs_of(std::int64_t first, std::int64_t rows, const float* norms, float* logs) const {
    for (std::int64_t r = 0; r < rows; ++r) {
      const float* x = row(first + r);
      const float largest = largest_of(shape.classes, x);
      const float log_norm = log(norms[first + r]);
      float* to = logs + r * shape.classes;
      for (std::int64_t c = 0; c < shape.classes; ++c) to[c] = (x[c] - largest) - log_norm;
    }
  }
  void write_label_logs(std::int64_t first, std::int64_t rows, const float* labels, float* scratch,
                        float* logs, float* norms) const {
    write_norms(first, rows, scratch, norms);
    std::copy_n(norms + first, rows, logs + first);
    take_log(rows, logs + first);
    for (std::int64_t r = first; r < first + rows; ++r) {
      const bool counts = labels[r] >= 0.0f;
      if (!counts) norms[r] = 0.0f;
      const float x = counts ? row(r)[static_cast<std::int64_t>(labels[r])] : 0.0f;
      logs[r] = counts ? (x - largest_of(shape.classes, row(r))) - logs[r] : 0.0f;
    }
  }
};

// -sum(t ln p). Terms whose target is 0 are left out: most are, and a logit of -inf among them is
// no NaN.
template <class Rows>
void categorical_values(const Rows& rows_of, const float* y_true, float* values, float* norms) {
  const std::int64_t classes = rows_of.shape.classes;
  const Smoothing smooth(rows_of.shape.label_smoothing, classes);
  for_blocks(rows_of.shape, [&](std::int64_t first, std::int64_t rows, float* logs) {
    rows_of.write_logs(first, rows, logs, norms);
    const float* t = y_true + first * classes;
    const Smoothing own = smooth;
    for (std::int64_t i = 0; i < rows * classes; ++i) {
      const float target = own(t[i]);
      const float term = -target * logs[i];
      logs[i] = target != 0.0f ? term : 0.0f;
    }
    for (std::int64_t r = 0; r < rows; ++r)
      values[first + r] = static_cast<float>(sum_of(classes, logs + r * classes));
  });
}

template <class Rows>
void categorical_target_gradient(const Rows& rows_of, const float* norms, const float* upstream,
                                 float* gradient) {
  const std::int64_t classes = rows_of.shape.classes;
  const float keep = 1.0f - rows_of.shape.label_smoothing;
  for_blocks(rows_of.shape, [&](std::int64_t first, std::int64_t rows, float*) {
    float* out = gradient + first * classes;
    rows_of.write_logs_of(first, rows, norms, out);
    scale_rows(rows, classes, upstream + first, -keep, out);
  });
}

template <class Rows>
void sparse_values(const Rows& rows_of, const float* labels, float* values, float* norms) {
  for_blocks(rows_of.shape, [&](std::int64_t first, std::int64_t rows, float* scratch) {
    rows_of.write_label_logs(first, rows, labels, scratch, values, norms);
    for (std::int64_t r = first; r < first + rows; ++r)
      values[r] = labels[r] < 0.0f ? 0.0f : -values[r];
  });
}

// With q = p / sum(p), only unclipped q move the value:
// d/dp_k = (sum of their targets - t_k / q_k [unclipped]) / sum(p)
void probability_gradient_row(const float* p, float norm, const float* t, const Smoothing& smooth,
                              std::int64_t classes, float upstream, float* out) {
  const Smoothing own_smooth = smooth;
  for (std::int64_t c = 0; c < classes; ++c) {
    const float target = own_smooth(t[c]);
    out[c] = is_clipped(p[c] / norm) ? 0.0f : target;
  }
  const auto total = static_cast<float>(sum_of(classes, out));
  const float scale = upstream / norm;
  for (std::int64_t c = 0; c < classes; ++c) {
    const float own = out[c] / (p[c] / norm);
    out[c] = scale * (total - (out[c] == 0.0f ? 0.0f : own));
  }
}

// d/dx_k = softmax_k sum(t) - t_k, computed from exp(x - largest); `targets` is scratch.
void logit_gradient_row(float norm, const float* t, const Smoothing& smooth, std::int64_t classes,
                        float upstream, float* targets, float* out) {
  const Smoothing own_smooth = smooth;
  for (std::int64_t c = 0; c < classes; ++c) targets[c] = own_smooth(t[c]);
  const auto sum = static_cast<float>(sum_of(classes, targets));
  for (std::int64_t c = 0; c < classes; ++c) out[c] = upstream * (out[c] / norm * sum - targets[c]);
}

void sparse_probability_gradient_row(const float* p, float norm, std::int64_t label,
                                     std::int64_t classes, float upstream, float* out) {
  const float share = p[label] / norm;
  const float scale = is_clipped(share) ? 0.0f : upstream / norm;
  std::fill_n(out, classes, scale);
  out[label] -= is_clipped(share) ? 0.0f : scale / share;
}

void sparse_logit_gradient_row(float norm, std::int64_t label, std::int64_t classes, float upstream,
                               float* out) {
  for (std::int64_t c = 0; c < classes; ++c) out[c] = upstream * (out[c] / norm);
  out[label] -= upstream;
}

// -(t ln p + (1 - t) ln(1 - p))
void binary_terms(std::int64_t count, const float* t, const float* p, const Smoothing smooth,
                  float* terms, float* others) {
  write_both_logs(count, p, terms, others);
  for (std::int64_t i = 0; i < count; ++i) {
    const float target = smooth(t[i]);
    terms[i] = -(target * terms[i] + (1.0f - target) * others[i]);
  }
}

// The same from a logit: softplus(x) - t x, which doesn't overflow.
void binary_logit_terms(std::int64_t count, const float* t, const float* x, const Smoothing smooth,
                        float* terms, float*) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float e = softplus(-std::abs(x[i]));
    terms[i] = (x[i] > 0.0f ? x[i] : 0.0f) - smooth(t[i]) * x[i] + e;
  }
}

float binary_slope(float t, float p) {
  const float slope = (1.0f - t) / (1.0f - p) - t / p;
  return is_clipped(p) ? 0.0f : slope;
}
float binary_logit_slope(float t, float x) { return sigmoid(x) - t; }

template <class Terms>
void binary_values(const CrossentropyRows& shape, const float* y_true, const float* y_pred,
                   float* values, Terms write_terms) {
  const std::int64_t classes = shape.classes;
  for_blocks(shape, [&](std::int64_t first, std::int64_t rows, float* terms) {
    const Smoothing smooth(shape.label_smoothing, 2);
    const std::int64_t count = rows * classes;
    write_terms(count, y_true + first * classes, y_pred + first * classes, smooth, terms,
                terms + count);
    if (classes == 1) {
      std::copy_n(terms, rows, values + first);
      return;
    }
    for (std::int64_t r = 0; r < rows; ++r) {
      const double sum = sum_of(classes, terms + r * classes);
      values[first + r] = static_cast<float>(sum / static_cast<double>(classes));
    }
  });
}

/// `gradient = upstream / classes * slope(t, p)`
template <class Slope>
void binary_slopes(const CrossentropyRows& shape, const float* y_true, const float* y_pred,
                   const float* upstream, float* gradient, Slope slope) {
  const std::int64_t classes = shape.classes;
  for_blocks(shape, [&](std::int64_t first, std::int64_t rows, float*) {
    const Smoothing smooth(shape.label_smoothing, 2);
    const float* t = y_true + first * classes;
    const float* p = y_pred + first * classes;
    float* out = gradient + first * classes;
    for (std::int64_t i = 0; i < rows * classes; ++i) out[i] = slope(smooth(t[i]), p[i]);
    scale_rows(rows, classes, upstream + first, 1.0f / static_cast<float>(classes), out);
  });
}

}  // namespace

void binary_crossentropy(const CrossentropyRows& shape, const float* y_true, const float* y_pred,
                         float* values) {
  if (shape.from_logits) {
    binary_values(shape, y_true, y_pred, values, [](auto... of) { binary_logit_terms(of...); });
  } else {
    binary_values(shape, y_true, y_pred, values, [](auto... of) { binary_terms(of...); });
  }
}

void binary_crossentropy_gradient(const CrossentropyRows& shape, const float* y_true,
                                  const float* y_pred, const float* upstream, float* gradient) {
  if (shape.from_logits) {
    binary_slopes(shape, y_true, y_pred, upstream, gradient,
                  [](float t, float x) { return binary_logit_slope(t, x); });
  } else {
    binary_slopes(shape, y_true, y_pred, upstream, gradient,
                  [](float t, float p) { return binary_slope(t, p); });
  }
}

void binary_crossentropy_target_gradient(const CrossentropyRows& shape, const float* y_pred,
                                         const float* upstream, float* gradient) {
  const float keep = 1.0f - shape.label_smoothing;
  if (shape.from_logits) {
    return binary_slopes(shape, y_pred, y_pred, upstream, gradient,
                         [keep](float, float x) { return -keep * x; });
  }
  const std::int64_t classes = shape.classes;
  for_blocks(shape, [&](std::int64_t first, std::int64_t rows, float* logs) {
    float* out = gradient + first * classes;
    write_both_logs(rows * classes, y_pred + first * classes, logs, out);
    for (std::int64_t i = 0; i < rows * classes; ++i) out[i] = keep * (out[i] - logs[i]);
    scale_rows(rows, classes, upstream + first, 1.0f / static_cast<float>(classes), out);
  });
}

void categorical_crossentropy(const CrossentropyRows& shape, const float* y_true,
                              const float* y_pred, float* values, float* norms) {
  if (shape.from_logits) {
    categorical_values(Logits{shape, y_pred}, y_true, values, norms);
  } else {
    categorical_values(Probabilities{shape, y_pred}, y_true, values, norms);
  }
}

void categorical_crossentropy_gradient(const CrossentropyRows& shape, const float* y_true,
                                       const float* y_pred, const float* norms,
                                       const float* upstream, float* gradient) {
  const Smoothing smooth(shape.label_smoothing, shape.classes);
  const std::int64_t classes = shape.classes;
  for_blocks(shape, [&](std::int64_t first, std::int64_t rows, float* scratch) {
    if (shape.from_logits)
      Logits{shape, y_pred}.write_exponentials(first, rows, gradient + first * classes);
    for (std::int64_t r = first; r < first + rows; ++r) {
      const std::int64_t at = r * classes;
      if (shape.from_logits) {
        logit_gradient_row(norms[r], y_true + at, smooth, classes, upstream[r], scratch,
                           gradient + at);
      } else {
        probability_gradient_row(y_pred + at, norms[r], y_true + at, smooth, classes, upstream[r],
                                 gradient + at);
      }
    }
  });
}

void categorical_crossentropy_target_gradient(const CrossentropyRows& shape, const float* y_pred,
                                              const float* norms, const float* upstream,
                                              float* gradient) {
  if (shape.from_logits) {
    categorical_target_gradient(Logits{shape, y_pred}, norms, upstream, gradient);
  } else {
    categorical_target_gradient(Probabilities{shape, y_pred}, norms, upstream, gradient);
  }
}

void sparse_categorical_crossentropy(const CrossentropyRows& shape, const float* labels,
                                     const float* y_pred, float* values, float* norms) {
  if (shape.from_logits) {
    sparse_values(Logits{shape, y_pred}, labels, values, norms);
  } else {
    sparse_values(Probabilities{shape, y_pred}, labels, values, norms);
  }
}

void sparse_categorical_crossentropy_gradient(const CrossentropyRows& shape, const float* labels,
                                              const float* y_pred, const float* norms,
                                              const float* upstream, float* gradient) {
  const std::int64_t classes = shape.classes;
  for_blocks(shape, [&](std::int64_t first, std::int64_t rows, float*) {
    if (shape.from_logits)
      Logits{shape, y_pred}.write_exponentials(first, rows, gradient + first * classes);
    for (std::int64_t r = first; r < first + rows; ++r) {
      const std::int64_t at = r * classes;
      float* out = gradient + at;
      if (labels[r] < 0.0f) {
        std::fill_n(out, classes, 0.0f);
        continue;
      }
      const auto label = static_cast<std::int64_t>(labels[r]);
      if (shape.from_logits) {
        sparse_logit_gradient_row(norms[r], label, classes, upstream[r], out);
      } else {
        sparse_probability_gradient_row(y_pred + at, norms[r], label, classes, upstream[r], out);
      }
    }
  });
}

}  // namespace strata::kernels
