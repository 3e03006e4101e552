// Over some axes, or all. Sums are short float sums added up in double, in an order that does not
// depend on threads.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "strata/tensor/tensor.hpp"

namespace strata::ops {

/// Which axes a reduction runs over: one, some, or (default) all. Negative ones count from the
/// back.
class Axes {
 public:
  Axes() = default;  ///< all
  Axes(int axis) : axes_{axis}, all_(false) {}
  Axes(std::initializer_list<int> axes) : axes_(axes), all_(false) {}
  Axes(std::vector<int> axes) : axes_(std::move(axes)), all_(false) {}

  bool all() const { return all_; }
  /// Which axes of a tensor of this shape are meant. Raises ShapeError in `who`'s name on an axis
  /// that isn't there or stands twice.
  std::vector<bool> of(const Shape& shape, const char* who) const;

 private:
  std::vector<int> axes_;
  bool all_ = true;
};

Tensor sum(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
/// The sum of all elements of all tensors, a scalar; 0 for none: `ops::sum(model.losses())`.
Tensor sum(const std::vector<Tensor>& tensors);
Tensor mean(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
/// Biased (divided by the count, not by one less).
Tensor variance(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
/// The root of the variance.
Tensor std(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
/// Equal largest elements share the gradient. An empty extent raises ShapeError.
Tensor max(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
Tensor min(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
Tensor prod(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
/// log(sum(exp(x))), without overflow.
Tensor logsumexp(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
/// Euclidean norm.
Tensor norm(const Tensor& x, const Axes& axes = {}, bool keepdims = false);

/// The sums of the elements up to each along an axis; without one, of the elements as a vector.
Tensor cumsum(const Tensor& x, std::optional<int> axis = {});
/// The differences of neighbours along an axis, taken n times: it is shorter by n. Raises ShapeError
/// if it is not that long.
Tensor diff(const Tensor& x, int n = 1, int axis = -1);
/// The sums of the rows of `data` that have the same id: row i of the result is that of id i. Ids
/// are whole and in [0, num_segments), else InvalidArgument; by default up to the largest that is
/// there.
Tensor segment_sum(const Tensor& data, const Tensor& segment_ids,
                   std::optional<std::int64_t> num_segments = {});

/// Index of the first largest (smallest) element along `axis`, as float; a constant.
Tensor argmax(const Tensor& x, int axis = -1);
Tensor argmin(const Tensor& x, int axis = -1);

}  // namespace strata::ops
