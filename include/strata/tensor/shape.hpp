// The extents of a tensor, row-major.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <vector>

namespace strata {

/// Extents along each axis. Signed, so that a wrong `-3` can be seen and named. An extent of
/// `Shape::kUnknown` stands for "any", as the batch axis in a model's shapes. At most 8 axes.
class Shape {
 public:
  using value_type = std::int64_t;
  static constexpr std::int64_t kUnknown = -1;
  static constexpr int kMaxRank = 8;

  Shape() = default;  ///< A scalar's: no axes.
  Shape(std::initializer_list<std::int64_t> extents);
  explicit Shape(const std::vector<std::int64_t>& extents);

  int rank() const { return rank_; }
  std::int64_t operator[](int axis) const { return extents_[axis]; }
  std::int64_t& operator[](int axis) { return extents_[axis]; }
  /// The first and the last extent. Raise ShapeError for a scalar, which has none.
  std::int64_t front() const { return rank_ > 0 ? extents_[0] : no_extent("Shape::front"); }
  std::int64_t back() const { return rank_ > 0 ? extents_[rank_ - 1] : no_extent("Shape::back"); }
  const std::int64_t* begin() const { return extents_; }
  const std::int64_t* end() const { return extents_ + rank_; }

  /// The product of all extents; 1 for a scalar. Only for shapes without unknown extents.
  std::int64_t element_count() const;
  /// Whether no extent is unknown.
  bool is_known() const;

  /// `axis` counted from the front; a negative one counts from the back.
  /// Raises ShapeError, in `who`'s name, if there is no such axis.
  int axis(int axis, const char* who) const;

  Shape with(int axis, std::int64_t extent) const;  ///< The same with one extent replaced.
  Shape without(int axis) const;                    ///< The same with one axis left out.
  void append(std::int64_t extent);

  friend bool operator==(const Shape& a, const Shape& b);

 private:
  [[noreturn]] static std::int64_t no_extent(const char* who);

  int rank_ = 0;
  std::int64_t extents_[kMaxRank] = {};
};

/// As Keras prints it: `(2, 3)`, `(5,)`, `()`, and `None` for an unknown extent.
std::string to_string(const Shape& shape);
std::ostream& operator<<(std::ostream& output, const Shape& shape);  ///< the same

/// NumPy's broadcasting of two shapes; raises ShapeError in `who`'s name where they don't fit.
Shape broadcast(const Shape& a, const Shape& b, const char* who);

}  // namespace strata
