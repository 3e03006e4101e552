// Images of digits from files, as the MNIST example sees them: white on black, 28 by 28 pixels.
#pragma once

#include <strata/strata.hpp>
#include <string>

/// (n, 28, 28, 1), in [0, 1]: of a PNG file one image, gray or by the luminance of its colors; of
/// an IDX file, gzip-compressed or not, all. Raises strata::IoError on other sizes and on files
/// that can't be read.
strata::Tensor read_digit_images(const std::string& path);
