// Elementwise loops, vectorized by the compiler, over contiguous arrays and over broadcast ones. An
// element of the result depends on its operands alone, not on its position.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"
#include "strata/tensor/shape.hpp"

namespace strata::kernels {

/// `out[i] = f(x[i])`. `cost` of one element in additions. `out` may be `x`.
template <class F>
void map(std::int64_t count, std::int64_t cost, const float* x, float* out, F f) {
  parallel_for(count, cost, [=](std::int64_t begin, std::int64_t end) {
    with_vector_units([=] {
      const F own = f;  // A local copy, which stores to `out` can't alias.
      for (std::int64_t i = begin; i < end; ++i) out[i] = own(x[i]);
    });
  });
}

/// `out[i] = f(a[i], b[i])` of two operands a and b; `out` may be one of them.
template <class F>
void map(std::int64_t count, std::int64_t cost, std::array<const float*, 2> operands, float* out,
         F f) {
  const float* const a = operands[0];
  const float* const b = operands[1];
  parallel_for(count, cost, [=](std::int64_t begin, std::int64_t end) {
    with_vector_units([=] {
      const F own = f;
      for (std::int64_t i = begin; i < end; ++i) out[i] = own(a[i], b[i]);
    });
  });
}

namespace detail {

/// `count` rows of `extent` elements of some array.
struct Rows {
  const float* first;
  std::int64_t count;
  std::int64_t extent;
  std::int64_t row_stride;
  std::int64_t stride;  ///< of the elements: 1, or 0 for one repeated value
};

// Copies the rows into contiguous memory. Rows of one repeated value are written in whole vectors,
// past their end, where the next row follows.
template <std::int64_t kMost>
void copy_contiguous(const Rows rows, float* to) {
  constexpr std::int64_t kVector = 8;
  const float* from = rows.first;
  for (std::int64_t row = 0; row < rows.count; ++row, from += rows.row_stride, to += rows.extent) {
    if (rows.stride != 0) {
      std::copy_n(from, rows.extent, to);
    } else if (rows.extent <= kVector) {
      std::fill_n(to, kVector, *from);
    } else {
      std::fill_n(to, kMost, *from);
    }
  }
}

// One run; bit n of Moves is set where operand n moves along it.
template <unsigned Moves, class F, std::size_t N, std::size_t... I>
void map_run(const std::array<const float*, N>& from, std::int64_t count, float* out, F f,
             std::index_sequence<I...>) {
  const std::array<float, N> first = {*from[I]...};
  for (std::int64_t i = 0; i < count; ++i)
    out[i] = f(((Moves >> I & 1U) != 0 ? from[I][i] : first[I])...);
}

}  // namespace detail

/// How N row-major operands are read while the result that they broadcast to is written in order.
/// Neighbouring axes across which every operand is contiguous, or constant, are merged, so that
/// equal shapes, or a tensor and a scalar, are a single run.
template <std::size_t N>
class Broadcast {
 public:
  Broadcast(const Shape& result, const std::array<const Shape*, N>& operands)
      : count_(result.element_count()) {
    std::array<std::int64_t, N> sizes;
    sizes.fill(1);
    for (int i = 1; i <= result.rank(); ++i) {
      Axis axis{result[result.rank() - i], {}};
      for (std::size_t n = 0; n < N; ++n) {
        const Shape& shape = *operands[n];
        const std::int64_t extent = i <= shape.rank() ? shape[shape.rank() - i] : 1;
        axis.strides[n] = extent == 1 ? 0 : sizes[n];
        sizes[n] *= extent;
      }
      if (axis.extent != 1) prepend(axis);
    }
  }

  /// Calls `body(position, count, offsets)` for runs that cover the result, in parallel and
  /// compiled for the CPU's vector units. Along a run, operand n is constant or advances by one
  /// element, as `moves` says.
  template <class Body>
  void parallel_runs(std::int64_t cost, Body body) const {
    if (count_ == 0) return;
    parallel_for(count_, cost, [&](std::int64_t begin, std::int64_t end) {
      with_vector_units([&] { runs(begin, end, body); });
    });
  }

  /// Calls `body(position, count, from)` for segments of many elements, along which all operands
  /// advance by one element; operands that don't are expanded into a scratch array first.
  template <class Body>
  void parallel_blocks(std::int64_t cost, const std::array<const float*, N>& operands,
                       Body body) const {
    if (count_ == 0) return;
    const std::int64_t extent = has_short_runs() ? axes_[0].extent : 1;
    parallel_for(count_ / extent, cost * extent, [&](std::int64_t begin, std::int64_t end) {
      with_vector_units([&] { blocks(begin, end, operands, body); });
    });
  }

  /// Whether runs are so short that `parallel_blocks` is faster.
  bool has_short_runs() const { return rank_ > 1 && axes_[0].extent < kShortRun; }

  /// Bit n: whether operand n moves along a run.
  unsigned moves() const {
    unsigned bits = 0;
    for (std::size_t n = 0; n < N; ++n) bits |= (axes_[0].strides[n] != 0 ? 1U : 0U) << n;
    return bits;
  }

 private:
  static constexpr std::int64_t kShortRun = 32;
  static constexpr std::int64_t kBlock = 512;

  struct Axis {
    std::int64_t extent = 1;
    std::array<std::int64_t, N> strides{};
  };
  using Index = std::array<std::int64_t, Shape::kMaxRank>;

  // The index along axes `first` and above of run number `number`.
  Index index_of(std::int64_t number, std::size_t first) const {
    Index index{};
    for (std::size_t axis = first; axis < rank_; ++axis) {
      index[axis] = number % axes_[axis].extent;
      number /= axes_[axis].extent;
    }
    return index;
  }

  std::array<std::int64_t, N> offsets_of(const Index& index) const {
    std::array<std::int64_t, N> offsets{};
    for (std::size_t axis = 0; axis < rank_; ++axis) {
      for (std::size_t n = 0; n < N; ++n) offsets[n] += index[axis] * axes_[axis].strides[n];
    }
    return offsets;
  }

  // Carries an index that reached the end of axis `first` over to the next axis.
  void carry(Index& index, std::size_t first) const {
    for (std::size_t axis = first; axis < rank_ && index[axis] == axes_[axis].extent; ++axis) {
      index[axis] = 0;
      if (axis + 1 < rank_) ++index[axis + 1];
    }
  }

  template <class Body>
  void runs(std::int64_t begin, std::int64_t end, const Body& body) const {
    Index index = index_of(begin, 0);
    while (begin < end) {
      const std::int64_t count = std::min(axes_[0].extent - index[0], end - begin);
      body(begin, count, offsets_of(index));
      begin += count;
      index[0] += count;
      carry(index, 0);
    }
  }

  // A block is several short runs, or a part of a long one.
  template <class Body>
  void blocks(std::int64_t begin, std::int64_t end, const std::array<const float*, N>& operands,
              const Body& body) const {
    const std::size_t first = has_short_runs() ? 1 : 0;
    const Axis inner = first == 1 ? axes_[0] : Axis{};
    const Axis& outer = axes_[first];
    std::array<std::array<float, kBlock + kShortRun>, N> copies;
    std::array<const float*, N>
        copied{};  // what `copies` holds, which is reused while the operand doesn't advance
    std::array<std::int64_t, N> copied_rows{};
    Index index = index_of(begin, first);
    while (begin < end) {
      const std::int64_t rows =
          std::min({outer.extent - index[first], end - begin, kBlock / inner.extent});
      const std::array<std::int64_t, N> offsets = offsets_of(index);
      std::array<const float*, N> from;
      for (std::size_t n = 0; n < N; ++n) {
        from[n] = operands[n] + offsets[n];
        if (outer.strides[n] == inner.extent && (inner.strides[n] == 1 || inner.extent == 1))
          continue;
        const bool is_there =
            outer.strides[n] == 0 && copied[n] == from[n] && copied_rows[n] >= rows;
        if (!is_there) {
          detail::copy_contiguous<kShortRun>(
              {from[n], rows, inner.extent, outer.strides[n], inner.strides[n]}, copies[n].data());
          copied[n] = from[n];
          copied_rows[n] = rows;
        }
        from[n] = copies[n].data();
      }
      body(begin * inner.extent, rows * inner.extent, from);
      begin += rows;
      index[first] += rows;
      carry(index, first);
    }
  }

  void prepend(const Axis& axis) {
    Axis& outermost = axes_[rank_ - 1];
    bool continues = true;
    for (std::size_t n = 0; n < N; ++n)
      continues = continues && axis.strides[n] == outermost.strides[n] * outermost.extent;
    if (outermost.extent == 1) {
      outermost = axis;
    } else if (continues) {
      outermost.extent *= axis.extent;
    } else {
      axes_[rank_++] = axis;
    }
  }

  std::size_t rank_ = 1;
  std::array<Axis, Shape::kMaxRank> axes_;  // innermost first
  std::int64_t count_;
};

/// Functions that cost at least this many additions are more than a single instruction.
inline constexpr std::int64_t kInvolved = 16;

/// `out = f(operands…)`, broadcast; `kCost` of one element in additions.
template <std::int64_t kCost, std::size_t N, class F>
void map(const Broadcast<N>& loop, const std::array<const float*, N>& operands, float* out, F f) {
  constexpr unsigned kAll = (1U << N) - 1;
  // For a constant operand the compiler may hoist part of the function out of the loop, together
  // with branches that prevent vectorization of the remainder.
  constexpr bool kIsInvolved = kCost >= kInvolved;
  const unsigned moves = loop.moves();
  if (loop.has_short_runs() || (kIsInvolved && moves != kAll)) {
    loop.parallel_blocks(
        kCost, operands,
        [&](std::int64_t position, std::int64_t count, const std::array<const float*, N>& from) {
          detail::map_run<kAll>(from, count, out + position, f, std::make_index_sequence<N>());
        });
    return;
  }
  const auto run_all = [&]<unsigned Moves>(std::integral_constant<unsigned, Moves>) {
    loop.parallel_runs(kCost, [&](std::int64_t position, std::int64_t count,
                                  const std::array<std::int64_t, N>& offsets) {
      std::array<const float*, N> from = operands;
      for (std::size_t n = 0; n < N; ++n) from[n] += offsets[n];
      detail::map_run<Moves>(from, count, out + position, f, std::make_index_sequence<N>());
    });
  };
  if constexpr (kIsInvolved) {
    run_all(std::integral_constant<unsigned, kAll>());
  } else {
    [&]<unsigned... Moves>(std::integer_sequence<unsigned, Moves...>) {
      ((moves == Moves ? run_all(std::integral_constant<unsigned, Moves>()) : void()), ...);
    }
    (std::make_integer_sequence<unsigned, 1U << N>());
  }
}

}  // namespace strata::kernels
