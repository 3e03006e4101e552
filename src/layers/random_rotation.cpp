// RandomRotation: a draw of angles, and the images resampled there.
#include "strata/layers/random_rotation.hpp"

#include <cmath>
#include <numbers>
#include <vector>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/image_parameters.hpp"
#include "layers/random_affine.hpp"
#include "layers/spatial.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, RandomRotationOptions& options) {
  fields.or_default("data_format", options.data_format);
  fields("factor", options.factor);
  fields("fill_mode", options.fill_mode);
  fields("fill_value", options.fill_value);
  fields("interpolation", options.interpolation);
  fields("seed", options.seed);
}

namespace {

constexpr float kFullTurn = 360.0f;

// Around the middle of the image.
AffineMatrix turned_by(double degrees, std::int64_t height, std::int64_t width) {
  const double angle = degrees * std::numbers::pi / 180.0;
  const double a = std::cos(angle);
  const double b = std::sin(angle);
  const double x = 0.5 * static_cast<double>(width - 1);
  const double y = 0.5 * static_cast<double>(height - 1);
  return {static_cast<float>(a), static_cast<float>(-b), static_cast<float>(x - x * a + y * b),
          static_cast<float>(b), static_cast<float>(a),  static_cast<float>(y - x * b - y * a)};
}

}  // namespace

RandomRotation::RandomRotation(Options options)
    : ImageAugmentation("RandomRotation", options.name, options.activity_regularizer, options.seed,
                        options.data_format),
      options_(std::move(options)) {
  const auto [lower, upper] = checked_factor("RandomRotation", "factor", options_.factor, {});
  options_.factor = {lower, upper};
  check_resampling("RandomRotation", resampling_of(options_));
}

Tensor RandomRotation::draw(const Shape& images, random::Generator& stream) const {
  return stream.uniform({image_count(images)}, options_.factor.values()[0] * kFullTurn,
                        options_.factor.values()[1] * kFullTurn);
}

Tensor RandomRotation::transformed(const Tensor& images, const Tensor& transformation) const {
  const std::int64_t count = image_count(images.shape());
  check_transformation(name(), transformation.shape(), {count});
  const int rows = row_axis(images.shape(), options_.data_format);
  std::vector<AffineMatrix> matrices;
  for (std::int64_t i = 0; i < count; ++i) {
    matrices.push_back(
        turned_by(transformation.data()[i], images.shape()[rows], images.shape()[rows + 1]));
  }
  return resampled(images, matrices, resampling_of(options_));
}

Config RandomRotation::get_config() const { return with_fields(Layer::get_config(), options_); }

RandomRotation RandomRotation::from_config(const Config& config) {
  RandomRotation layer(read_options<Options>("RandomRotation", config));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
