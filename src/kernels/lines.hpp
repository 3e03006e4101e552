// How ops along one axis of an (outer, extent, inner) array reach its lines (the elements along the
// axis): always as adjacent columns, so that vectors process eight lines at a time whichever axis
// it is.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"
#include "kernels/reduction.hpp"

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

/// How the lines are split into groups, each small enough that the state of its lines stays in the
/// L1 cache.
struct LineGroups {
  enum class Kind {
    columns,     ///< Adjacent lines, in place.
    folded,      ///< Few adjacent long lines: element i of a line goes to column i % `fold`.
    transposed,  ///< Short lines: the block of several outer indices is transposed first.
  };

  static constexpr std::int64_t kColumns = 256;      ///< The most columns in a group.
  static constexpr std::int64_t kTransposed = 4096;  ///< The most elements of a transposed group.

  explicit LineGroups(const Layout& layout) : l(layout) {
    constexpr std::int64_t kManySideBySide = 32;
    constexpr std::int64_t kShort = 256;
    const std::int64_t neighbours = l.extent * l.inner;
    if (l.inner >= kManySideBySide) {
      per_outer = (l.inner + kColumns - 1) / kColumns;
      groups = l.outer * per_outer;
      columns = std::min(l.inner, kColumns);
    } else if (neighbours <= kShort) {
      kind = Kind::transposed;
      const std::int64_t most =
          std::max<std::int64_t>(1, std::min(kTransposed / std::max<std::int64_t>(neighbours, 1),
                                             kColumns / std::max<std::int64_t>(l.inner, 1)));
      outers = std::min(most >= 8 ? most / 8 * 8 : most, std::max<std::int64_t>(l.outer, 1));
      groups = (l.outer + outers - 1) / outers;
      columns = outers * l.inner;
    } else {
      kind = Kind::folded;
      while (2 * fold * l.inner <= kColumns / 2 && 16 * fold <= l.extent) fold *= 2;
      groups = l.outer;
      columns = fold * l.inner;
    }
  }

  /// The largest number of elements in a group.
  std::int64_t elements() const { return l.extent * (kind == Kind::folded ? l.inner : columns); }

  /// Number of full rows in a group's columns.
  std::int64_t rows() const { return l.extent / fold; }

  /// Rows [begin, end) of group `group`, plus the partial last row if `end` is the last; adds the
  /// position of the first element to `offset`.
  Slab slab(std::int64_t group, std::int64_t begin, std::int64_t end, std::int64_t* offset) const {
    const std::int64_t first = group % per_outer * kColumns;
    const std::int64_t stride = fold * l.inner;
    *offset += group / per_outer * l.extent * l.inner + first + begin * stride;
    const std::int64_t rest = end == rows() ? (l.extent % fold) * l.inner : 0;
    return {end - begin,  kind == Kind::folded ? stride : std::min(kColumns, l.inner - first),
            rest,         stride,
            begin * fold, fold};
  }

  /// The index of the first line of group `group` among all lines.
  std::int64_t first_line(std::int64_t group) const {
    if (kind == Kind::transposed) return group * outers * l.inner;
    return group / per_outer * l.inner + group % per_outer * kColumns;
  }

  Layout l;
  Kind kind = Kind::columns;
  std::int64_t groups = 0;
  std::int64_t columns = 0;    ///< The most columns in any group.
  std::int64_t per_outer = 1;  ///< Groups that share an outer index.
  std::int64_t outers = 1;     ///< Outer indices in one transposed group.
  std::int64_t fold = 1;
};

/// Into how many parts each of `groups` sums over `terms` terms is cut, so that a few long sums
/// keep all threads busy too.
inline std::int64_t parts_within(std::int64_t groups, std::int64_t terms) {
  constexpr std::int64_t kWorthASum = 1 << 18;
  const std::int64_t most = most_parts(groups * terms, kMostParts, kWorthASum);
  if (groups >= most) return 1;
  return std::clamp<std::int64_t>(terms / kItemsPerPart, 1,
                                  most / std::max<std::int64_t>(groups, 1));
}

}  // namespace strata::kernels
