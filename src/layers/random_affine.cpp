// The resampling that layers that move, turn and zoom images share.
#include "layers/random_affine.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "core/check.hpp"

namespace strata::layers {

void check_resampling(std::string_view who, const ops::image::AffineTransformOptions& options) {
  constexpr const char* kModes[] = {"reflect", "wrap", "constant", "nearest"};
  check(std::any_of(std::begin(kModes), std::end(kModes),
                    [&](const char* mode) { return options.fill_mode == mode; }),
        who,
        "fill_mode must be \"reflect\", \"wrap\", \"constant\" or \"nearest\". Received: "
        "fill_mode={}.",
        options.fill_mode);
  check(options.interpolation == "nearest" || options.interpolation == "bilinear", who,
        "interpolation must be \"nearest\" or \"bilinear\". Received: interpolation={}.",
        options.interpolation);
  check(std::isfinite(options.fill_value), who,
        "fill_value must be finite. Received: fill_value={}.", options.fill_value);
}

Tensor resampled(const Tensor& images, const std::vector<AffineMatrix>& matrices,
                 const ops::image::AffineTransformOptions& options) {
  std::vector<float> numbers;
  numbers.reserve(8 * matrices.size());
  for (const auto& [a0, a1, a2, b0, b1, b2] : matrices)
    numbers.insert(numbers.end(), {a0, a1, a2, b0, b1, b2, 0.0f, 0.0f});
  const auto count = static_cast<std::int64_t>(matrices.size());
  const Shape shape = images.rank() == 4 ? Shape{count, 8} : Shape{8};
  return ops::image::affine_transform(images, Tensor(shape, numbers), options);
}

}  // namespace strata::layers
