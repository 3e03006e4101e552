// How ops along an axis reach its lines: always as adjacent columns, so that vectors process eight
// lines at a time whichever axis it is.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"
#include "kernels/reduction/axis_view.hpp"

namespace strata::kernels {

/// One float, in the first lane of a vector: selecting between vectors needs no branch, which the
/// CPU would often mispredict.
using OneFloat = float __attribute__((vector_size(16)));

template <class Value>
Value load(const float* from) {
  Value value{};
  std::memcpy(&value, from, std::is_same_v<Value, OneFloat> ? sizeof(float) : sizeof(value));
  return value;
}

template <class Value>
void store(float* to, const Value& value) {
  std::memcpy(to, &value, std::is_same_v<Value, OneFloat> ? sizeof(float) : sizeof(value));
}

/// Calls `body(j, Floats())` for groups of eight columns from j on that cover all columns, or
/// `body(j, OneFloat())` for each column if there are fewer than eight. The last group overlaps the
/// one before it, so `body` may get a column twice: the second call must change nothing.
template <class Body>
void for_vectors(std::int64_t columns, const Body& body) {
  std::int64_t j = 0;
  for (; j + kFloatsWide <= columns; j += kFloatsWide) body(j, Floats());
  if (j == columns) return;
  if (columns >= kFloatsWide) return body(columns - kFloatsWide, Floats());
  for (; j < columns; ++j) body(j, OneFloat());
}

/// The alignment of line states, so that no vector of them crosses a cache line.
inline constexpr std::size_t kVectorBytes = 64;

/// `rows` rows of `columns` floats, `stride` apart, and the first `rest` columns of one more row.
/// The elements of the first column have the indices `first`, `first + step`, … along the axis.
struct Slab {
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t rest;
  std::int64_t stride;
  std::int64_t first = 0;
  std::int64_t step = 1;
};

/// How the lines are split into groups so small that their state stays in the L1 cache.
struct LineGroups {
  enum class Kind {
    columns,     ///< Adjacent lines, in place.
    folded,      ///< Few adjacent long lines: element i of a line goes to column i % `fold`.
    transposed,  ///< Short lines: the block of several outer indices is transposed first.
  };

  static constexpr std::int64_t kColumns = 256;      ///< The most columns in a group.
  static constexpr std::int64_t kTransposed = 4096;  ///< The most elements of a transposed group.

  explicit LineGroups(const AxisView& array) : view(array) {
    constexpr std::int64_t kManySideBySide = 32;
    constexpr std::int64_t kShort = 256;
    const std::int64_t neighbours = view.extent * view.inner;
    if (view.inner >= kManySideBySide) {
      per_outer = (view.inner + kColumns - 1) / kColumns;
      groups = view.outer * per_outer;
      columns = std::min(view.inner, kColumns);
    } else if (neighbours <= kShort) {
      kind = Kind::transposed;
      const std::int64_t most =
          std::max<std::int64_t>(1, std::min(kTransposed / std::max<std::int64_t>(neighbours, 1),
                                             kColumns / std::max<std::int64_t>(view.inner, 1)));
      outers = std::min(most >= 8 ? most / 8 * 8 : most, std::max<std::int64_t>(view.outer, 1));
      groups = (view.outer + outers - 1) / outers;
      columns = outers * view.inner;
    } else {
      kind = Kind::folded;
      while (2 * fold * view.inner <= kColumns / 2 && 16 * fold <= view.extent) fold *= 2;
      groups = view.outer;
      columns = fold * view.inner;
    }
  }

  /// The largest number of elements in a group.
  std::int64_t elements() const {
    return view.extent * (kind == Kind::folded ? view.inner : columns);
  }

  /// Number of full rows in a group's columns.
  std::int64_t rows() const { return view.extent / fold; }

  /// Rows [begin, end) of group `group`, plus the partial last row if `end` is the last; adds the
  /// position of the first element to `offset`.
  Slab slab(std::int64_t group, std::int64_t begin, std::int64_t end, std::int64_t* offset) const {
    const std::int64_t first = group % per_outer * kColumns;
    const std::int64_t stride = fold * view.inner;
    *offset += group / per_outer * view.extent * view.inner + first + begin * stride;
    const std::int64_t rest = end == rows() ? (view.extent % fold) * view.inner : 0;
    return {end - begin,  kind == Kind::folded ? stride : std::min(kColumns, view.inner - first),
            rest,         stride,
            begin * fold, fold};
  }

  /// The index of the first line of group `group` among all lines.
  std::int64_t first_line(std::int64_t group) const {
    if (kind == Kind::transposed) return group * outers * view.inner;
    return group / per_outer * view.inner + group % per_outer * kColumns;
  }

  AxisView view;
  Kind kind = Kind::columns;
  std::int64_t groups = 0;
  std::int64_t columns = 0;    ///< The most columns in any group.
  std::int64_t per_outer = 1;  ///< Groups that share an outer index.
  std::int64_t outers = 1;     ///< Outer indices in one transposed group.
  std::int64_t fold = 1;
};

/// How many parts each of `groups` sums over `terms` terms is split into, so that a few long sums
/// keep all threads busy too.
inline std::int64_t parts_within(std::int64_t groups, std::int64_t terms) {
  constexpr std::int64_t kWorthASum = 1 << 18;
  const std::int64_t most = most_parts(groups * terms, kMostParts, kWorthASum);
  if (groups >= most) return 1;
  return std::clamp<std::int64_t>(terms / kItemsPerPart, 1,
                                  most / std::max<std::int64_t>(groups, 1));
}

}  // namespace strata::kernels
