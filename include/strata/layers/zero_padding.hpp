// Zero padding in one, two and three spatial dimensions.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <vector>

#include "strata/core/per_side.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

template <int N>
struct ZeroPaddingOptions {
  PerSide<N> padding = 1;                     ///< Zeros before and behind each axis, >= 0.
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `zero_padding2d`, ….
};

/// Zeros around each sample.
///
/// Input `(batch, spatial…, channels)`; output the same with each spatial extent larger by its
/// padding. With `channels_first` the channels follow the batch axis. Raises InvalidArgument on an
/// option out of its range, ShapeError on an input of the wrong rank.
/// See https://keras.io/api/layers/reshaping_layers/zero_padding2d/.
///
///     layers::ZeroPadding2D({.padding = {{1, 0}, {2, 1}}})  // top, bottom; left, right
template <int N>
class ZeroPadding : public Layer {
 public:
  using Options = ZeroPaddingOptions<N>;

  explicit ZeroPadding(Options options = {});
  template <std::same_as<int> I>  // Excludes bool and 2.5.
  explicit ZeroPadding(I padding) : ZeroPadding(Options{.padding = padding}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;
  static ZeroPadding from_config(const Config& config);

  const PerSide<N>& padding() const { return options_.padding; }
  const std::string& data_format() const { return options_.data_format; }

 protected:
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  Options options_;
};

extern template class ZeroPadding<1>;
extern template class ZeroPadding<2>;
extern template class ZeroPadding<3>;

using ZeroPadding1DOptions = ZeroPaddingOptions<1>;
using ZeroPadding2DOptions = ZeroPaddingOptions<2>;
using ZeroPadding3DOptions = ZeroPaddingOptions<3>;
using ZeroPadding1D = ZeroPadding<1>;
using ZeroPadding2D = ZeroPadding<2>;
using ZeroPadding3D = ZeroPadding<3>;

}  // namespace strata::layers
