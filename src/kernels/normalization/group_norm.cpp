// Normalizes each sample as a matrix whose columns are the channels, whose statistics are put
// together to the groups'.
#include "kernels/normalization/group_norm.hpp"

#include <cmath>
#include <vector>

#include "core/parallel.hpp"
#include "kernels/normalization/batch_norm.hpp"

namespace strata::kernels {
namespace {

// Calls `body(sample)` for all samples: side by side, or one after the other with threads inside
// where there are few. Which of the two changes no number.
template <class Body>
void for_samples(const GroupNorm& norm, const Body& body) {
  if (norm.samples < kFewestParts) {
    for (std::int64_t sample = 0; sample < norm.samples; ++sample) body(sample);
    return;
  }
  parallel_for(norm.samples, 4 * norm.rows * norm.channels,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t sample = begin; sample < end; ++sample) body(sample);
               });
}

BatchNorm columns_of(const GroupNorm& norm, const GroupMoments& moments, std::int64_t sample) {
  return {.rows = norm.rows,
          .columns = norm.channels,
          .x = norm.x + sample * norm.rows * norm.channels,
          .mean = moments.mean + sample * norm.channels,
          .variance = moments.variance + sample * norm.channels,
          .epsilon = norm.epsilon,
          .gamma = norm.gamma};
}

// Replaces the moments of the channels by those of their group.
void merge_moments(std::int64_t channels, float* mean, float* variance) {
  double sum = 0.0;
  for (std::int64_t c = 0; c < channels; ++c) sum += static_cast<double>(mean[c]);
  const double center = sum / static_cast<double>(channels);
  double squares = 0.0;
  for (std::int64_t c = 0; c < channels; ++c) {
    const double gap = static_cast<double>(mean[c]) - center;
    squares += static_cast<double>(variance[c]) + gap * gap;
  }
  for (std::int64_t c = 0; c < channels; ++c) {
    mean[c] = static_cast<float>(center);
    variance[c] = static_cast<float>(squares / static_cast<double>(channels));
  }
}

// dx = s * (g - mean(g) - n mean(g n)) with g = dy gamma, n = (x - mean) s, s = 1 / sqrt(variance +
// epsilon) and the means over the group; those of a channel are known from its dgamma and dbeta.
void sample_input_gradient(const GroupNorm& norm, const BatchNorm& columns, const float* dy,
                           const float* dgamma, const float* dbeta, float* dx) {
  const std::int64_t per_group = norm.channels / norm.groups;
  const auto count = static_cast<double>(norm.rows * per_group);
  std::vector<float> a(static_cast<std::size_t>(norm.channels)), b(a), c(a);
  for (std::int64_t first = 0; first < norm.channels; first += per_group) {
    double sum = 0.0;
    double dot = 0.0;
    for (std::int64_t j = first; j < first + per_group; ++j) {
      const double gamma = norm.gamma == nullptr ? 1.0 : static_cast<double>(norm.gamma[j]);
      sum += gamma * static_cast<double>(dbeta[j]);
      dot += gamma * static_cast<double>(dgamma[j]);
    }
    const float s = 1.0f / std::sqrt(columns.variance[first] + norm.epsilon);
    const double wide = static_cast<double>(s);
    for (std::int64_t j = first; j < first + per_group; ++j) {
      const auto at = static_cast<std::size_t>(j);
      a[at] = norm.gamma == nullptr ? s : s * norm.gamma[j];
      b[at] = static_cast<float>(-wide * wide * dot / count);
      c[at] = static_cast<float>(-wide * sum / count);
    }
  }
  column_input_gradients(columns, dy, {a.data(), b.data(), c.data()}, dx);
}

// The sums over the samples of what each has per channel.
void sum_samples(const GroupNorm& norm, const std::vector<float>& by_sample, float* to) {
  if (to == nullptr) return;
  for (std::int64_t c = 0; c < norm.channels; ++c) {
    double sum = 0.0;
    for (std::int64_t sample = 0; sample < norm.samples; ++sample)
      sum += static_cast<double>(by_sample[static_cast<std::size_t>(sample * norm.channels + c)]);
    to[c] = static_cast<float>(sum);
  }
}

}  // namespace

void normalize_groups(const GroupNorm& norm, const float* beta, float* y, GroupMoments moments) {
  const std::int64_t size = norm.rows * norm.channels;
  const std::int64_t per_group = norm.channels / norm.groups;
  for_samples(norm, [&](std::int64_t sample) {
    float* const mean = moments.mean + sample * norm.channels;
    float* const variance = moments.variance + sample * norm.channels;
    column_moments(norm.rows, norm.channels, norm.x + sample * size, mean, variance);
    for (std::int64_t first = 0; first < norm.channels; first += per_group)
      merge_moments(per_group, mean + first, variance + first);
    normalize_columns(columns_of(norm, moments, sample), beta, y + sample * size);
  });
}

void normalize_groups_gradient(const GroupNorm& norm, GroupMoments moments, const float* dy,
                               GroupNormGradients out) {
  const std::int64_t size = norm.rows * norm.channels;
  std::vector<float> gamma(static_cast<std::size_t>(norm.samples * norm.channels)), beta(gamma);
  for_samples(norm, [&](std::int64_t sample) {
    float* const dgamma = gamma.data() + sample * norm.channels;
    float* const dbeta = beta.data() + sample * norm.channels;
    const BatchNorm columns = columns_of(norm, moments, sample);
    column_weight_gradients(columns, dy + sample * size, dgamma, dbeta);
    if (out.x != nullptr) {
      sample_input_gradient(norm, columns, dy + sample * size, dgamma, dbeta,
                            out.x + sample * size);
    }
  });
  sum_samples(norm, gamma, out.gamma);
  sum_samples(norm, beta, out.beta);
}

}  // namespace strata::kernels
