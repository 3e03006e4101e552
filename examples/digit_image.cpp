// Reads PNG files with libpng, IDX files with Strata.
#include "digit_image.hpp"

#include <fmt/format.h>
#include <png.h>

#include <vector>

using namespace strata;

namespace {

constexpr int kSize = 28;

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw IoError(fmt::format("{}: {}.", path, why));
}

/// Frees what libpng holds of an image, whatever happens.
struct PngImage {
  PngImage() { image.version = PNG_IMAGE_VERSION; }
  ~PngImage() { png_image_free(&image); }
  PngImage(const PngImage&) = delete;
  PngImage& operator=(const PngImage&) = delete;

  png_image image = {};
};

Tensor read_png(const std::string& path) {
  PngImage png;
  png_image& image = png.image;
  if (png_image_begin_read_from_file(&image, path.c_str()) == 0) refuse(path, image.message);
  if (image.width != kSize || image.height != kSize) {
    refuse(path, fmt::format("a digit's image must have {0} x {0} pixels. Received: {1} x {2}",
                             kSize, image.width, image.height));
  }
  image.format = PNG_FORMAT_GRAY;
  std::vector<png_byte> pixels(kSize * kSize);  // black where the image is transparent
  if (png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) == 0)
    refuse(path, image.message);
  return Tensor({1, kSize, kSize}, std::vector<float>(pixels.begin(), pixels.end()));
}

Tensor read_idx_images(const std::string& path) {
  const Tensor images = io::read_idx(path);
  const Shape& shape = images.shape();
  if (shape.rank() != 3 || shape[1] != kSize || shape[2] != kSize) {
    refuse(path, fmt::format("images of digits must have the shape (n, {0}, {0}). Received: {1}",
                             kSize, to_string(shape)));
  }
  return images;
}

}  // namespace

Tensor read_digit_images(const std::string& path) {
  const Tensor images = path.ends_with(".png") ? read_png(path) : read_idx_images(path);
  return ops::reshape(images / 255.0f, {-1, kSize, kSize, 1});
}
