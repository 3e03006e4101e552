// Convolutions of padded images with a kernel that is laid out once for all of them: for the forward
// pass, and for the input's gradient.
#pragma once

#include <cstdint>
#include <optional>

#include "core/parallel.hpp"
#include "kernels/convolution/implicit_gemm.hpp"
#include "kernels/convolution/winograd.hpp"
#include "strata/core/buffer.hpp"

namespace strata::kernels {

/// y = relu(x ⋆ kernel + bias), where the bias may be missing, and relu is as in `gemm`.
class PaddedConvolution {
 public:
  /// Of `gemm`, `packed` and `start` are set here. `kernel` (window…, channels, filters) must live
  /// as long as this, `bias` (null for none) as well. `by_winograd`: by Winograd's transforms, which
  /// takes a convolution that `suits_winograd`, and outputs that are overwritten.
  PaddedConvolution(ImplicitGemm gemm, const float* kernel, const float* bias, bool by_winograd);
  /// By direct products with a kernel that is packed in the panels of `gemm`, without bias.
  PaddedConvolution(ImplicitGemm gemm, Buffer packed_kernel);

  const PaddedImage& padded() const { return gemm_.padded; }
  std::int64_t lines() const { return gemm_.positions[0] * gemm_.positions[1]; }
  std::int64_t line_floats() const { return gemm_.positions[2] * gemm_.columns; }
  /// An image's lines are split into groups of so many, the last one perhaps with fewer.
  std::int64_t group_lines() const { return winograd_ ? winograd_->group_lines() : 1; }
  std::int64_t groups() const { return (lines() + group_lines() - 1) / group_lines(); }
  /// How much memory `run` needs.
  std::int64_t scratch_floats() const { return winograd_ ? winograd_->scratch_floats() : 0; }

  /// The planes and the lines of the padded image that these groups read.
  struct Cells {
    IndexRange planes;
    IndexRange lines;
  };
  Cells cells(const IndexRange& groups) const;

  /// Computes these groups of lines of an image's output; `y` is where the first one goes.
  void run(const float* image, const IndexRange& groups, float* y, float* scratch) const;

 private:
  Buffer packed_kernel() const { return gemm_.panels.pack_rows(kernel_, gemm_.columns); }

  const float* kernel_;
  ImplicitGemm gemm_;
  Buffer start_;
  Buffer packed_;
  std::optional<WinogradConvolution> winograd_;
};

}  // namespace strata::kernels
