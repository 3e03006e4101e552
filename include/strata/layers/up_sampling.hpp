// Up-sampling in one, two and three spatial dimensions: positions repeated, or images interpolated.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <vector>

#include "strata/core/per_axis.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

struct UpSampling1DOptions {
  int size = 2;                               ///< How often each position is repeated, > 0.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `up_sampling1d`, ….
};

struct UpSampling2DOptions {
  PerAxis<2> size = 2;                        ///< Factors of height and width, > 0.
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  /// `"nearest"`, which repeats positions, `"bilinear"`, `"bicubic"`, `"lanczos3"`, `"lanczos5"`.
  std::string interpolation = "nearest";
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `up_sampling2d`, ….
};

struct UpSampling3DOptions {
  PerAxis<3> size = 2;                        ///< How often each axis's positions are repeated.
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `up_sampling3d`, ….
};

/// Every step `size` times.
///
/// Input `(batch, steps, channels)`; output `(batch, size · steps, channels)`. Raises
/// InvalidArgument unless `size > 0`, ShapeError on an input of the wrong rank.
/// See https://keras.io/api/layers/reshaping_layers/up_sampling1d/.
class UpSampling1D : public Layer {
 public:
  using Options = UpSampling1DOptions;

  explicit UpSampling1D(Options options = {});
  template <std::same_as<int> I>  // Excludes bool and 2.5.
  explicit UpSampling1D(I size) : UpSampling1D(Options{.size = size}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;
  static UpSampling1D from_config(const Config& config);

  int size() const { return options_.size; }

 protected:
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  Options options_;
};

/// Images `size` times as high and wide, interpolated like `ops::image::resize`.
///
/// Input `(batch, height, width, channels)`; output `(batch, size[0] · height, size[1] · width,
/// channels)`. With `channels_first` the channels follow the batch axis. Raises InvalidArgument on
/// an option out of its range, ShapeError on an input of the wrong rank or without pixels.
/// See https://keras.io/api/layers/reshaping_layers/up_sampling2d/.
class UpSampling2D : public Layer {
 public:
  using Options = UpSampling2DOptions;

  explicit UpSampling2D(Options options = {});
  template <std::same_as<int> I>  // Excludes bool and 2.5.
  explicit UpSampling2D(I size) : UpSampling2D(Options{.size = size}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;
  static UpSampling2D from_config(const Config& config);

  const PerAxis<2>& size() const { return options_.size; }
  const std::string& data_format() const { return options_.data_format; }
  const std::string& interpolation() const { return options_.interpolation; }

 protected:
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  Options options_;
};

/// Every position of a volume `size` times along each axis.
///
/// Input `(batch, depth, height, width, channels)`; output with each spatial extent times its
/// `size`. With `channels_first` the channels follow the batch axis. Raises InvalidArgument on an
/// option out of its range, ShapeError on an input of the wrong rank.
/// See https://keras.io/api/layers/reshaping_layers/up_sampling3d/.
class UpSampling3D : public Layer {
 public:
  using Options = UpSampling3DOptions;

  explicit UpSampling3D(Options options = {});
  template <std::same_as<int> I>  // Excludes bool and 2.5.
  explicit UpSampling3D(I size) : UpSampling3D(Options{.size = size}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;
  static UpSampling3D from_config(const Config& config);

  const PerAxis<3>& size() const { return options_.size; }
  const std::string& data_format() const { return options_.data_format; }

 protected:
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  Options options_;
};

}  // namespace strata::layers
