// Crossentropies by blocks of rows: rows are often short, so exponentials and logarithms are
// computed for all rows of a block at once, in vectors.
#include "kernels/losses/crossentropy.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"
#include "kernels/elementwise/vector_math.hpp"
#include "kernels/reduction/block_sum.hpp"
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

/// Rows [first, first + rows).
struct RowBlock {
  std::int64_t first;
  std::int64_t rows;
};

/// Calls `body(block, scratch)` for blocks of whole rows, in parallel if it is faster, compiled for
/// the CPU's vector units. `scratch` has room for twice the elements of a block.
template <class Body>
void for_blocks(const CrossentropyRows& shape, Body body) {
  const std::int64_t classes = std::max<std::int64_t>(shape.classes, 1);
  const std::int64_t most = std::max<std::int64_t>(kBlockElements / classes, 1);
  parallel_for(shape.rows, classes * kElementCost, [&](std::int64_t begin, std::int64_t end) {
    const Buffer scratch =
        Buffer::uninitialized(static_cast<std::size_t>(2 * std::min(most, end - begin) * classes));
    for (std::int64_t first = begin; first < end; first += most) {
      with_vector_units([&] {
        body(RowBlock{first, std::min(most, end - first)}, scratch.data());
      });
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

/// A row of the gradient of the predictions.
struct GradientRow {
  std::int64_t index;
  float norm;
  float upstream;
  float* out;
};

/// Rows of predictions; probabilities and logits are derived, and have members of the same names.
struct Predictions {
  const CrossentropyRows& shape;
  const float* y_pred;

  const float* row(std::int64_t r) const { return y_pred + r * shape.classes; }
};

/// Rows of probabilities, each normalized by its sum.
struct Probabilities : Predictions {
  /// Writes each row's sum (its norm), and the logarithms of all normalized probabilities.
  void write_logs(RowBlock block, float* logs, float* norms) const {
    for (std::int64_t r = 0; r < block.rows; ++r)
      norms[block.first + r] = static_cast<float>(sum_of(shape.classes, row(block.first + r)));
    write_logs_of(block, norms, logs);
  }
  /// The same with known norms.
  void write_logs_of(RowBlock block, const float* norms, float* logs) const {
    for (std::int64_t r = 0; r < block.rows; ++r) {
      const float norm = norms[block.first + r];
      const float* p = row(block.first + r);
      float* to = logs + r * shape.classes;
      for (std::int64_t c = 0; c < shape.classes; ++c) to[c] = clipped(p[c] / norm);
    }
    take_log(block.rows * shape.classes, logs);
  }
  /// Writes the logarithm of the label's probability per row; 0, with norm 0, for negative labels.
  void write_label_logs(RowBlock block, const float* labels, float*, float* logs,
                        float* norms) const {
    for (std::int64_t r = block.first; r < block.first + block.rows; ++r) {
      const bool counts = labels[r] >= 0.0f;
      norms[r] = counts ? static_cast<float>(sum_of(shape.classes, row(r))) : 0.0f;
      logs[r] = counts ? clipped(row(r)[static_cast<std::int64_t>(labels[r])] / norms[r]) : 1.0f;
    }
    take_log(block.rows, logs + block.first);
  }
  /// What the gradients of a block's rows start from.
  void start_gradient(RowBlock, float*) const {}
  // With q = p / sum(p), only unclipped q change the value:
  // d/dp_k = (sum of their targets - t_k / q_k [unclipped]) / sum(p)
  void write_gradient(const GradientRow of, const float* t, const Smoothing smooth, float*) const {
    const auto [index, norm, upstream, out] = of;
    const float* p = row(index);
    for (std::int64_t c = 0; c < shape.classes; ++c) {
      const float target = smooth(t[c]);
      out[c] = is_clipped(p[c] / norm) ? 0.0f : target;
    }
    const auto total = static_cast<float>(sum_of(shape.classes, out));
    const float scale = upstream / norm;
    for (std::int64_t c = 0; c < shape.classes; ++c) {
      const float own = out[c] / (p[c] / norm);
      out[c] = scale * (total - (out[c] == 0.0f ? 0.0f : own));
    }
  }
  void write_sparse_gradient(const GradientRow of, std::int64_t label) const {
    const float share = row(of.index)[label] / of.norm;
    const float scale = is_clipped(share) ? 0.0f : of.upstream / of.norm;
    std::fill_n(of.out, shape.classes, scale);
    of.out[label] -= is_clipped(share) ? 0.0f : scale / share;
  }
};

/// Rows of logits, whose softmax is `exp(x - largest) / norm`.
struct Logits : Predictions {
  /// Writes `exp(x - largest)` for all elements.
  void write_exponentials(RowBlock block, float* to) const {
    for (std::int64_t r = 0; r < block.rows; ++r) {
      const float* x = row(block.first + r);
      const float largest = largest_of(shape.classes, x);
      float* out = to + r * shape.classes;
      for (std::int64_t c = 0; c < shape.classes; ++c) out[c] = x[c] - largest;
    }
    take_exp(block.rows * shape.classes, to);
  }
  void write_norms(RowBlock block, float* scratch, float* norms) const {
    write_exponentials(block, scratch);
    for (std::int64_t r = 0; r < block.rows; ++r)
      norms[block.first + r] =
          static_cast<float>(sum_of(shape.classes, scratch + r * shape.classes));
  }
  void write_logs(RowBlock block, float* logs, float* norms) const {
    write_norms(block, logs, norms);
    write_logs_of(block, norms, logs);
  }
  void write_logs_of(RowBlock block, const float* norms, float* logs) const {
    for (std::int64_t r = 0; r < block.rows; ++r) {
      const float* x = row(block.first + r);
      const float largest = largest_of(shape.classes, x);
      const float log_norm = log(norms[block.first + r]);
      float* to = logs + r * shape.classes;
      for (std::int64_t c = 0; c < shape.classes; ++c) to[c] = (x[c] - largest) - log_norm;
    }
  }
  void write_label_logs(RowBlock block, const float* labels, float* scratch, float* logs,
                        float* norms) const {
    write_norms(block, scratch, norms);
    std::copy_n(norms + block.first, block.rows, logs + block.first);
    take_log(block.rows, logs + block.first);
    for (std::int64_t r = block.first; r < block.first + block.rows; ++r) {
      const bool counts = labels[r] >= 0.0f;
      if (!counts) norms[r] = 0.0f;
      const float x = counts ? row(r)[static_cast<std::int64_t>(labels[r])] : 0.0f;
      logs[r] = counts ? (x - largest_of(shape.classes, row(r))) - logs[r] : 0.0f;
    }
  }
  void start_gradient(RowBlock block, float* gradient) const {
    write_exponentials(block, gradient + block.first * shape.classes);
  }
  // d/dx_k = softmax_k sum(t) - t_k, computed from exp(x - largest) in `out`; `targets` is scratch.
  void write_gradient(const GradientRow of, const float* t, const Smoothing smooth,
                      float* targets) const {
    const auto [index, norm, upstream, out] = of;
    for (std::int64_t c = 0; c < shape.classes; ++c) targets[c] = smooth(t[c]);
    const auto sum = static_cast<float>(sum_of(shape.classes, targets));
    for (std::int64_t c = 0; c < shape.classes; ++c)
      out[c] = upstream * (out[c] / norm * sum - targets[c]);
  }
  void write_sparse_gradient(const GradientRow of, std::int64_t label) const {
    const auto [index, norm, upstream, out] = of;
    for (std::int64_t c = 0; c < shape.classes; ++c) out[c] = upstream * (out[c] / norm);
    out[label] -= upstream;
  }
};

template <class Visit>
void with_predictions(const CrossentropyRows& shape, const float* y_pred, const Visit& visit) {
  if (shape.from_logits) return visit(Logits{{shape, y_pred}});
  visit(Probabilities{{shape, y_pred}});
}

// -(t ln p + (1 - t) ln(1 - p)); `terms` has room for twice as many.
void write_binary_terms(std::int64_t count, const float* t, const float* p, const Smoothing smooth,
                        float* terms) {
  float* const others = terms + count;
  write_both_logs(count, p, terms, others);
  for (std::int64_t i = 0; i < count; ++i) {
    const float target = smooth(t[i]);
    terms[i] = -(target * terms[i] + (1.0f - target) * others[i]);
  }
}

// The same from a logit: softplus(x) - t x, which doesn't overflow.
void write_binary_logit_terms(std::int64_t count, const float* t, const float* x,
                              const Smoothing smooth, float* terms) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float e = softplus(-std::abs(x[i]));
    terms[i] = (x[i] > 0.0f ? x[i] : 0.0f) - smooth(t[i]) * x[i] + e;
  }
}

/// What binary gradients are computed from.
struct BinaryOperands {
  const CrossentropyRows& shape;
  const float* y_true;
  const float* y_pred;
};

/// `gradient = upstream / classes * slope(t, p)`
template <class Slope>
void binary_slopes(const BinaryOperands& operands, const float* upstream, float* gradient,
                   Slope slope) {
  const CrossentropyRows& shape = operands.shape;
  const std::int64_t classes = shape.classes;
  for_blocks(shape, [&](RowBlock block, float*) {
    const Smoothing smooth(shape.label_smoothing, 2);
    const float* t = operands.y_true + block.first * classes;
    const float* p = operands.y_pred + block.first * classes;
    float* out = gradient + block.first * classes;
    for (std::int64_t i = 0; i < block.rows * classes; ++i) out[i] = slope(smooth(t[i]), p[i]);
    scale_rows(block.rows, classes, upstream + block.first, 1.0f / static_cast<float>(classes),
               out);
  });
}

}  // namespace

void binary_crossentropy(const CrossentropyRows& shape, const float* y_true, const float* y_pred,
                         float* values) {
  const std::int64_t classes = shape.classes;
  for_blocks(shape, [&](RowBlock block, float* terms) {
    const std::int64_t count = block.rows * classes;
    const std::int64_t at = block.first * classes;
    const Smoothing smooth(shape.label_smoothing, 2);
    if (shape.from_logits) {
      write_binary_logit_terms(count, y_true + at, y_pred + at, smooth, terms);
    } else {
      write_binary_terms(count, y_true + at, y_pred + at, smooth, terms);
    }
    if (classes == 1) {
      std::copy_n(terms, block.rows, values + block.first);
      return;
    }
    for (std::int64_t r = 0; r < block.rows; ++r) {
      const double sum = sum_of(classes, terms + r * classes);
      values[block.first + r] = static_cast<float>(sum / static_cast<double>(classes));
    }
  });
}

void binary_crossentropy_gradient(const CrossentropyRows& shape, const float* y_true,
                                  const float* y_pred, const float* upstream, float* gradient) {
  const BinaryOperands operands{shape, y_true, y_pred};
  if (shape.from_logits) {
    return binary_slopes(operands, upstream, gradient,
                         [](float t, float x) { return sigmoid(x) - t; });
  }
  binary_slopes(operands, upstream, gradient, [](float t, float p) {
    const float slope = (1.0f - t) / (1.0f - p) - t / p;
    return is_clipped(p) ? 0.0f : slope;
  });
}

void binary_crossentropy_target_gradient(const CrossentropyRows& shape, const float* y_pred,
                                         const float* upstream, float* gradient) {
  const float keep = 1.0f - shape.label_smoothing;
  if (shape.from_logits) {
    return binary_slopes({shape, y_pred, y_pred}, upstream, gradient,
                         [keep](float, float x) { return -keep * x; });
  }
  const std::int64_t classes = shape.classes;
  for_blocks(shape, [&](RowBlock block, float* logs) {
    float* out = gradient + block.first * classes;
    write_both_logs(block.rows * classes, y_pred + block.first * classes, logs, out);
    for (std::int64_t i = 0; i < block.rows * classes; ++i) out[i] = keep * (out[i] - logs[i]);
    scale_rows(block.rows, classes, upstream + block.first, 1.0f / static_cast<float>(classes),
               out);
  });
}

// Terms whose target is 0, which most are, count as 0 even where ln p is infinite.
void categorical_crossentropy(const CrossentropyRows& shape, const float* y_true,
                              const float* y_pred, float* values, float* norms) {
  const std::int64_t classes = shape.classes;
  const Smoothing smooth(shape.label_smoothing, classes);
  with_predictions(shape, y_pred, [&](const auto& predictions) {
    for_blocks(shape, [&](RowBlock block, float* logs) {
      predictions.write_logs(block, logs, norms);
      const float* t = y_true + block.first * classes;
      const Smoothing own = smooth;
      for (std::int64_t i = 0; i < block.rows * classes; ++i) {
        const float target = own(t[i]);
        const float term = -target * logs[i];
        logs[i] = target != 0.0f ? term : 0.0f;
      }
      for (std::int64_t r = 0; r < block.rows; ++r)
        values[block.first + r] = static_cast<float>(sum_of(classes, logs + r * classes));
    });
  });
}

void categorical_crossentropy_gradient(const CrossentropyRows& shape, const float* y_true,
                                       const float* y_pred, const CrossentropyBackward& backward,
                                       float* gradient) {
  const Smoothing smooth(shape.label_smoothing, shape.classes);
  with_predictions(shape, y_pred, [&](const auto& predictions) {
    for_blocks(shape, [&](RowBlock block, float* scratch) {
      predictions.start_gradient(block, gradient);
      for (std::int64_t r = block.first; r < block.first + block.rows; ++r) {
        const std::int64_t at = r * shape.classes;
        predictions.write_gradient({r, backward.norms[r], backward.upstream[r], gradient + at},
                                   y_true + at, smooth, scratch);
      }
    });
  });
}

void categorical_crossentropy_target_gradient(const CrossentropyRows& shape, const float* y_pred,
                                              const CrossentropyBackward& backward,
                                              float* gradient) {
  const float keep = 1.0f - shape.label_smoothing;
  with_predictions(shape, y_pred, [&](const auto& predictions) {
    for_blocks(shape, [&](RowBlock block, float*) {
      float* out = gradient + block.first * shape.classes;
      predictions.write_logs_of(block, backward.norms, out);
      scale_rows(block.rows, shape.classes, backward.upstream + block.first, -keep, out);
    });
  });
}

void sparse_categorical_crossentropy(const CrossentropyRows& shape, const float* labels,
                                     const float* y_pred, float* values, float* norms) {
  with_predictions(shape, y_pred, [&](const auto& predictions) {
    for_blocks(shape, [&](RowBlock block, float* scratch) {
      predictions.write_label_logs(block, labels, scratch, values, norms);
      for (std::int64_t r = block.first; r < block.first + block.rows; ++r)
        values[r] = labels[r] < 0.0f ? 0.0f : -values[r];
    });
  });
}

void sparse_categorical_crossentropy_gradient(const CrossentropyRows& shape, const float* labels,
                                              const float* y_pred,
                                              const CrossentropyBackward& backward,
                                              float* gradient) {
  with_predictions(shape, y_pred, [&](const auto& predictions) {
    for_blocks(shape, [&](RowBlock block, float*) {
      predictions.start_gradient(block, gradient);
      for (std::int64_t r = block.first; r < block.first + block.rows; ++r) {
        float* const out = gradient + r * shape.classes;
        if (labels[r] < 0.0f) {
          std::fill_n(out, shape.classes, 0.0f);
        } else {
          predictions.write_sparse_gradient({r, backward.norms[r], backward.upstream[r], out},
                                            static_cast<std::int64_t>(labels[r]));
        }
      }
    });
  });
}

}  // namespace strata::kernels
