// Tensor: an immutable array of float32.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "strata/core/buffer.hpp"
#include "strata/core/number.hpp"
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

/// Where a tensor's value came from, so that a tape can find its gradient. The outputs that a tape
/// recorded have the tape's number as `owner` and their slot on it as `index`. A value read from a
/// trainable variable has as `owner` the flag `kRead` together with the newest tape number at that
/// time, and as `index` the variable's id.
struct Trace {
  static constexpr std::uint64_t kConstant = 0;
  static constexpr std::uint64_t kRead = std::uint64_t{1} << 63;
  std::uint64_t owner = kConstant;
  std::uint64_t index = 0;

  bool is_constant() const { return owner == kConstant; }
  bool is_read() const { return (owner & kRead) != 0; }
  /// Tapes are numbered in the order in which they are made, so a tape existed when the value was
  /// made if the tape's number is not larger than this one.
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
  /// Raises InvalidArgument on a whole number beyond 2^24, as the array-like constructor does.
  template <Number N>
  requires(std::integral<N>) Tensor(N value) : Tensor(exact(static_cast<double>(value))) {}
  template <std::integral I>
  requires(!Number<I>) Tensor(I)
  = delete;  // A truth value or a character is not a number.
  /// Row-major `values`. Raises ShapeError if their number is not that of `shape`.
  Tensor(const Shape& shape, std::initializer_list<float> values);
  Tensor(const Shape& shape, std::span<const float> values);
  Tensor(const Shape& shape, const std::vector<float>& values)
      : Tensor(shape, std::span<const float>(values)) {}
  /// `{{1, 2}, {3, 4}}` would be read as a shape and its values although a matrix is meant. Write
  /// `Tensor({2, 2}, {1, 2, 3, 4})`.
  Tensor(std::initializer_list<std::initializer_list<float>>) = delete;
  /// Copies any array-like object. Raises InvalidArgument on whole numbers beyond 2^24, which
  /// float32 can't represent, ShapeError if the number of elements differs from that of its shape.
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
  template <class T>
  static float element(const T& value);
  [[noreturn]] static void refuse_count(const Shape& shape, std::int64_t count);
  void allocate(const Shape& shape);

  Buffer buffer_;
  std::int64_t size_ = 0;
  Shape shape_;
  autodiff::Trace trace_;
};

/// Shape and values, for people: `Tensor((2, 2), [1, 2, 3, 4])`, shortened past a few elements.
std::string to_string(const Tensor& tensor);
std::ostream& operator<<(std::ostream& output, const Tensor& tensor);  ///< the same

/// The doors into a tensor that kernels and the tape need, and users don't.
struct TensorAccess {
  static Tensor uninitialized(const Shape& shape);
  /// A tensor of the buffer's elements, as many as `shape` says.
  static Tensor of(const Shape& shape, Buffer buffer);
  /// For the maker of a tensor, before anybody else holds it.
  static float* data(Tensor& tensor) { return tensor.buffer_.data(); }
  /// A tensor of the same elements under another shape of the same size.
  static Tensor reshaped(const Tensor& tensor, const Shape& shape);
  static Tensor traced(Tensor tensor, autodiff::Trace trace);
  /// Whether nobody else holds the elements, so that they may be written in place.
  static bool unique(const Tensor& tensor) { return tensor.buffer_.unique(); }
};

template <class T>
float Tensor::element(const T& value) {
  if constexpr (std::integral<T>) {
    return exact(static_cast<double>(value));
  } else {
    return static_cast<float>(value);
  }
}

// The iterators of some arrays run past their shape (`xt::eval` of a temporary, compiled by g++ 12
// as C++20), so the elements are counted: before anything is allocated if that is cheap, else while
// they are copied.
template <ArrayLike A>
requires(!std::same_as<A, Tensor>) Tensor::Tensor(const A& array) {
  Shape shape;
  for (const auto extent : array.shape()) shape.append(static_cast<std::int64_t>(extent));
  const std::int64_t size = shape.element_count();
  auto at = array.begin();
  const auto end = array.end();
  if constexpr (requires {
                  { end - at } -> std::convertible_to<std::int64_t>;
                }) {
    const auto count = static_cast<std::int64_t>(end - at);
    if (count != size) refuse_count(shape, count);
    allocate(shape);
    float* const out = buffer_.data();
    for (std::int64_t i = 0; i < size; ++i, ++at) out[i] = element(*at);
  } else {
    allocate(shape);
    float* const out = buffer_.data();
    std::int64_t count = 0;
    for (; at != end; ++at) {
      if (count == size) refuse_count(shape, size + 1);
      out[count++] = element(*at);
    }
    if (count != size) refuse_count(shape, count);
  }
}

}  // namespace strata
