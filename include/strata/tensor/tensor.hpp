// Tensor: an immutable array of float32.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "strata/core/buffer.hpp"
#include "strata/tensor/shape.hpp"

namespace strata {

/// Anything that looks like an n-dimensional array of numbers: `xt::xarray`, `xt::xtensor`, ….
/// Iteration is row-major.
template <class A>
concept ArrayLike = requires(const A& array) {
  { *array.begin() } -> std::convertible_to<double>;
  {array.end()};
  { *array.shape().begin() } -> std::convertible_to<std::int64_t>;
  { array.dimension() } -> std::convertible_to<std::size_t>;
};

namespace autodiff {

/// Where a tensor's value came from, so that a tape can follow it back. A tape's outputs bear its
/// number as `owner`, and one of its slots as `index`. What was read from a trainable variable bears
/// `kRead` together with the number that was last given at that time, and the variable's id.
struct Trace {
  static constexpr std::uint64_t kConstant = 0;
  static constexpr std::uint64_t kRead = std::uint64_t{1} << 63;
  std::uint64_t owner = kConstant;
  std::uint64_t index = 0;

  bool is_constant() const { return owner == kConstant; }
  bool is_read() const { return (owner & kRead) != 0; }
  /// Numbers are given to tapes in the order of their making, so a tape was there when the value
  /// came to be if its own number is not larger than this.
  std::uint64_t number() const { return owner & ~kRead; }
};

}  // namespace autodiff

/// A value handle on a shared, contiguous, row-major float32 array. Cheap to copy, never changed
/// after it is made. A default-made tensor is undefined: it holds nothing, not even a shape.
///
///     const Tensor x({2, 3}, {1, 2, 3, 4, 5, 6});
///     const Tensor y = 2.0f * x + 1.0f;
class Tensor {
 public:
  Tensor() = default;
  Tensor(float value);
  /// Row-major `values`. Raises ShapeError if their number is not that of `shape`.
  Tensor(const Shape& shape, std::initializer_list<float> values);
  Tensor(const Shape& shape, std::span<const float> values);
  Tensor(const Shape& shape, const std::vector<float>& values)
      : Tensor(shape, std::span<const float>(values)) {}
  /// Copies any array-like object. Whole numbers beyond 2^24, which float32 can't hold, are
  /// refused.
  template <ArrayLike A>
  requires(!std::same_as<A, Tensor>) Tensor(const A& array);

  bool defined() const { return static_cast<bool>(buffer_); }
  const Shape& shape() const { return shape_; }
  int rank() const { return shape_.rank(); }
  std::int64_t size() const { return size_; }

  /// The elements in row-major order; valid while this tensor lives.
  std::span<const float> values() const { return {data(), static_cast<std::size_t>(size_)}; }
  const float* data() const { return buffer_.data(); }

  /// The value of a tensor with one element. Raises ShapeError on any other.
  float item() const;

  const autodiff::Trace& trace() const { return trace_; }

 private:
  friend struct TensorAccess;

  static float exact(double value);
  void allocate(const Shape& shape);

  Buffer buffer_;
  std::int64_t size_ = 0;
  Shape shape_;
  autodiff::Trace trace_;
};

/// Shape and values, for people: `Tensor((2, 2), [1, 2, 3, 4])`, shortened past a few elements.
std::string to_string(const Tensor& tensor);

/// The doors into a tensor that kernels and the tape need, and users don't.
struct TensorAccess {
  static Tensor uninitialized(const Shape& shape);
  /// For the maker of a tensor, before anybody else holds it.
  static float* data(Tensor& tensor) { return tensor.buffer_.data(); }
  /// A tensor of the same elements under another shape of the same size.
  static Tensor reshaped(const Tensor& tensor, const Shape& shape);
  static Tensor traced(Tensor tensor, autodiff::Trace trace);
  /// Whether nobody else holds the elements, so that they may be written in place.
  static bool unique(const Tensor& tensor) { return tensor.buffer_.unique(); }
};

template <ArrayLike A>
requires(!std::same_as<A, Tensor>) Tensor::Tensor(const A& array) {
  Shape shape;
  for (const auto extent : array.shape()) shape.append(static_cast<std::int64_t>(extent));
  allocate(shape);
  float* out = buffer_.data();
  for (const auto& value : array) {
    if constexpr (std::integral<std::remove_cvref_t<decltype(value)>>) {
      *out++ = exact(static_cast<double>(value));
    } else {
      *out++ = static_cast<float>(value);
    }
  }
}

}  // namespace strata
