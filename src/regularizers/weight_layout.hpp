// How a rule sees a weight: as groups of elements, or as a matrix of inputs and outputs.
#pragma once

#include <string_view>

#include "kernels/weights/groups.hpp"
#include "strata/core/weight_groups.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata::regularizers {

/// Raises InvalidArgument, naming `who`, if this is a name that groups don't have.
void check_groups(const char* who, const WeightGroups& groups);

/// The groups of a tensor of this shape and axes. Raises InvalidArgument or ShapeError, naming
/// `owner` and the class `who`, if it doesn't have them.
kernels::GroupLayout group_layout(std::string_view owner, const char* who,
                                  const WeightGroups& groups, const Shape& shape,
                                  const WeightAxes& axes);

/// The axes of a tensor of which no layer says anything: those of a kernel `(…, in, out)`.
WeightAxes kernel_axes(const Shape& shape);

/// Raises ShapeError, naming `owner` and the class `who`, unless the rank is at least 2.
void check_matrix(std::string_view owner, const char* who, const Shape& shape);

/// The weight as `(the other axes, outputs)`, recorded; its last axis is that of the outputs unless
/// `axes` says otherwise.
Tensor as_matrix(const Tensor& x, const WeightAxes& axes);

/// The same for a value that nothing records, and back to the shape that it had.
Tensor from_matrix(const Tensor& matrix, const Shape& shape, const WeightAxes& axes);

}  // namespace strata::regularizers
