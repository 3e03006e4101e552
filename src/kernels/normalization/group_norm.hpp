// Group normalization: statistics of each sample over blocks of adjacent channels, which are its
// last axis.
#pragma once

#include <cstdint>

namespace strata::kernels {

struct GroupNorm {
  std::int64_t samples;
  std::int64_t rows;  ///< of a sample: all axes between the first and the channels, together
  std::int64_t channels;
  std::int64_t groups;  ///< divides the channels
  const float* x;
  const float* gamma;  ///< one per channel; may be null: ones
  float epsilon;
};

/// The statistics of each sample's groups, repeated for each of their channels.
struct GroupMoments {
  float* mean;      ///< one per sample and channel
  float* variance;  ///< biased
};

/// `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`; beta may be null: zeros. Writes the
/// moments.
void normalize_groups(const GroupNorm& norm, const float* beta, float* y, GroupMoments moments);

/// Null where a gradient is not wanted.
struct GroupNormGradients {
  float* x;
  float* gamma;
  float* beta;
};

void normalize_groups_gradient(const GroupNorm& norm, GroupMoments moments, const float* dy,
                               GroupNormGradients out);

}  // namespace strata::kernels
