// Initializers that keep the variance of signals from layer to layer: Glorot, He and LeCun.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "strata/initializers/initializer.hpp"

namespace strata::initializers {

struct VarianceScalingOptions {
  float scale = 1.0f;                             ///< > 0
  std::string mode = "fan_in";                    ///< `"fan_in"`, `"fan_out"` or `"fan_avg"`.
  std::string distribution = "truncated_normal";  ///< or `"untruncated_normal"`, `"uniform"`;
                                                  ///< `"normal"` means `"truncated_normal"`.
  std::optional<std::int64_t> seed = {};          ///< Default: the process-wide stream.
};

/// Numbers of mean 0 and variance `scale / max(1, n)`, where n is the number of inputs of a unit
/// (`fan_in`), of its outputs (`fan_out`) or the mean of both (`fan_avg`). A kernel
/// `(window…, in, out)` has fans `in` and `out` times the window's size; a vector has its length
/// for both. `truncated_normal` is cut at two standard deviations and widened so that the variance
/// is right after the cut; `uniform` is `±sqrt(3 scale / n)`.
///
/// Raises InvalidArgument if scale <= 0, or on an unknown mode or distribution.
/// See https://keras.io/api/layers/initializers/#variancescaling-class.
class VarianceScaling : public Initializer {
 public:
  using Options = VarianceScalingOptions;

  explicit VarianceScaling(const Options& options = {});

  Tensor operator()(const Shape& shape) const override;
  Config get_config() const override;  ///< {"seed", "scale", "mode", "distribution"}
  static VarianceScaling from_config(const Config& config);

 protected:
  const Options& options() const { return options_; }

 private:
  Options options_;
};

struct SeededOptions {
  std::optional<std::int64_t> seed = {};  ///< Default: the process-wide stream.
};

/// What the six below have in common: a seed is all there is to choose.
class SeededScaling : public VarianceScaling {
 public:
  using Options = SeededOptions;

  Config get_config() const override;  ///< {"seed": …}

 protected:
  using VarianceScaling::VarianceScaling;
};

/// Uniform in `±sqrt(6 / (fan_in + fan_out))`; Glorot and Bengio, 2010.
class GlorotUniform : public SeededScaling {
 public:
  explicit GlorotUniform(const Options& options = {});
  static GlorotUniform from_config(const Config& config);
};

/// Truncated normal of variance `2 / (fan_in + fan_out)`; Glorot and Bengio, 2010.
class GlorotNormal : public SeededScaling {
 public:
  explicit GlorotNormal(const Options& options = {});
  static GlorotNormal from_config(const Config& config);
};

/// Uniform in `±sqrt(6 / fan_in)`; He et al., 2015.
class HeUniform : public SeededScaling {
 public:
  explicit HeUniform(const Options& options = {});
  static HeUniform from_config(const Config& config);
};

/// Truncated normal of variance `2 / fan_in`; He et al., 2015.
class HeNormal : public SeededScaling {
 public:
  explicit HeNormal(const Options& options = {});
  static HeNormal from_config(const Config& config);
};

/// Uniform in `±sqrt(3 / fan_in)`; LeCun et al., 1998.
class LecunUniform : public SeededScaling {
 public:
  explicit LecunUniform(const Options& options = {});
  static LecunUniform from_config(const Config& config);
};

/// Truncated normal of variance `1 / fan_in`; LeCun et al., 1998.
class LecunNormal : public SeededScaling {
 public:
  explicit LecunNormal(const Options& options = {});
  static LecunNormal from_config(const Config& config);
};

}  // namespace strata::initializers
