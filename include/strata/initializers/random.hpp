// Initializers that draw every element alike, whatever the shape.
#pragma once

#include <cstdint>
#include <optional>

#include "strata/core/number.hpp"
#include "strata/initializers/initializer.hpp"

namespace strata::initializers {

struct RandomNormalOptions {
  float mean = 0.0f;
  float stddev = 0.05f;                   ///< Finite, >= 0.
  std::optional<std::int64_t> seed = {};  ///< Default: the process-wide stream.
};

/// Normal numbers. Raises InvalidArgument on a negative or non-finite `stddev`.
/// See https://keras.io/api/layers/initializers/#randomnormal-class.
class RandomNormal : public Initializer {
 public:
  using Options = RandomNormalOptions;

  explicit RandomNormal(const Options& options = {});
  template <Number A, Number B>
  explicit RandomNormal(A mean, B stddev)
      : RandomNormal(
            Options{.mean = static_cast<float>(mean), .stddev = static_cast<float>(stddev)}) {}

  Tensor operator()(const Shape& shape) const override;
  Config get_config() const override;  ///< {"seed": …, "mean": …, "stddev": …}
  static RandomNormal from_config(const Config& config);

 private:
  Options options_;
};

/// Normal numbers, drawn again where beyond two standard deviations; what is left has a standard
/// deviation of 0.8796 `stddev`. Raises InvalidArgument on a negative or non-finite `stddev`.
/// See https://keras.io/api/layers/initializers/#truncatednormal-class.
class TruncatedNormal : public Initializer {
 public:
  using Options = RandomNormalOptions;

  explicit TruncatedNormal(const Options& options = {});
  template <Number A, Number B>
  explicit TruncatedNormal(A mean, B stddev)
      : TruncatedNormal(
            Options{.mean = static_cast<float>(mean), .stddev = static_cast<float>(stddev)}) {}

  Tensor operator()(const Shape& shape) const override;
  Config get_config() const override;  ///< {"seed": …, "mean": …, "stddev": …}
  static TruncatedNormal from_config(const Config& config);

 private:
  Options options_;
};

struct RandomUniformOptions {
  float minval = -0.05f;
  float maxval = 0.05f;                   ///< >= minval
  std::optional<std::int64_t> seed = {};  ///< Default: the process-wide stream.
};

/// Numbers in [minval, maxval), all alike. Raises InvalidArgument if minval > maxval.
/// See https://keras.io/api/layers/initializers/#randomuniform-class.
class RandomUniform : public Initializer {
 public:
  using Options = RandomUniformOptions;

  explicit RandomUniform(const Options& options = {});
  template <Number A, Number B>
  explicit RandomUniform(A minval, B maxval)
      : RandomUniform(
            Options{.minval = static_cast<float>(minval), .maxval = static_cast<float>(maxval)}) {}

  Tensor operator()(const Shape& shape) const override;
  Config get_config() const override;  ///< {"seed": …, "minval": …, "maxval": …}
  static RandomUniform from_config(const Config& config);

 private:
  Options options_;
};

}  // namespace strata::initializers
