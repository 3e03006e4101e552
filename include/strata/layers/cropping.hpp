// Cropping in one, two and three spatial dimensions.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "strata/core/per_side.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

struct Cropping1DOptions {
  PerSide<1> cropping = 1;                    ///< Positions taken off before and behind, >= 0.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `cropping1d`, ….
};

/// Of two and three axes.
template <int N>
struct CroppingOptions {
  PerSide<N> cropping = N == 2 ? 0 : 1;       ///< Taken off before and behind each axis, >= 0.
  std::string data_format = "channels_last";  ///< or `"channels_first"`
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `cropping2d`, ….
};

/// Takes the borders off each sample.
///
/// Input `(batch, spatial…, channels)`; output the same with each spatial extent smaller by its
/// cropping. With `channels_first` the channels follow the batch axis. Raises InvalidArgument on an
/// option out of its range, ShapeError on an input of the wrong rank or where nothing would be left.
/// See https://keras.io/api/layers/reshaping_layers/cropping2d/.
///
///     layers::Cropping2D({.cropping = {{1, 0}, {2, 1}}})  // top, bottom; left, right
template <int N>
class Cropping : public Layer {
 public:
  using Options = std::conditional_t<N == 1, Cropping1DOptions, CroppingOptions<N>>;

  explicit Cropping(Options options = {});
  template <std::same_as<int> I>  // Excludes bool and 2.5.
  explicit Cropping(I cropping) : Cropping(Options{.cropping = cropping}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;
  static Cropping from_config(const Config& config);

  const PerSide<N>& cropping() const { return options_.cropping; }
  /// Of one axis always channels_last.
  std::string data_format() const;

 protected:
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  Options options_;
};

extern template class Cropping<1>;
extern template class Cropping<2>;
extern template class Cropping<3>;

using Cropping2DOptions = CroppingOptions<2>;
using Cropping3DOptions = CroppingOptions<3>;
using Cropping1D = Cropping<1>;
using Cropping2D = Cropping<2>;
using Cropping3D = Cropping<3>;

}  // namespace strata::layers
