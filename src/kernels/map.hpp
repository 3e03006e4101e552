// Element-by-element loops: contiguous ones that the compiler vectorizes, and broadcast ones made
// of contiguous runs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/parallel.hpp"
#include "strata/tensor/shape.hpp"

namespace strata::kernels {

/// `out[i] = f(x[i])`. `cost` of one element in additions. `out` may be `x`.
template <class F>
void map(std::int64_t count, std::int64_t cost, const float* x, float* out, F f) {
  parallel_for(count, cost, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) out[i] = f(x[i]);
  });
}

/// `out[i] = f(a[i], b[i])`; `out` may be one of them.
template <class F>
void map(std::int64_t count, std::int64_t cost, const float* a, const float* b, float* out, F f) {
  parallel_for(count, cost, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) out[i] = f(a[i], b[i]);
  });
}

/// How N contiguous operands are read while a result they broadcast to is written in order.
/// Neighbouring axes that all operands walk alike are one axis here, so equal shapes, and a scalar
/// beside a tensor, are one single run.
template <std::size_t N>
class Broadcast {
 public:
  Broadcast(const Shape& result, const std::array<const Shape*, N>& operands);

  /// Calls `run(position, count, offsets)` for runs that cover the result, in parallel. Along a
  /// run operand n stays in place or moves by one, as `moves` says.
  template <class Run>
  void parallel_runs(std::int64_t cost, Run run) const;

  /// Bit n: whether operand n moves along a run.
  unsigned moves() const {
    unsigned bits = 0;
    for (std::size_t n = 0; n < N; ++n) bits |= (axes_[0].strides[n] != 0 ? 1U : 0U) << n;
    return bits;
  }

 private:
  struct Axis {
    std::int64_t extent = 1;
    std::array<std::int64_t, N> strides{};
  };

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

template <std::size_t N>
Broadcast<N>::Broadcast(const Shape& result, const std::array<const Shape*, N>& operands)
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

template <std::size_t N>
template <class Run>
void Broadcast<N>::parallel_runs(std::int64_t cost, Run run) const {
  if (count_ == 0) return;
  parallel_for(count_, cost, [&](std::int64_t begin, std::int64_t end) {
    std::array<std::int64_t, Shape::kMaxRank> index{};
    std::int64_t rest = begin;
    for (std::size_t axis = 0; axis < rank_; ++axis) {
      index[axis] = rest % axes_[axis].extent;
      rest /= axes_[axis].extent;
    }
    while (begin < end) {
      std::array<std::int64_t, N> offsets{};
      for (std::size_t axis = 0; axis < rank_; ++axis) {
        for (std::size_t n = 0; n < N; ++n) offsets[n] += index[axis] * axes_[axis].strides[n];
      }
      const std::int64_t count = std::min(axes_[0].extent - index[0], end - begin);
      run(begin, count, offsets);
      begin += count;
      index[0] = 0;
      for (std::size_t axis = 1; axis < rank_ && ++index[axis] == axes_[axis].extent; ++axis)
        index[axis] = 0;
    }
  });
}

namespace detail {

// One run; bit n of Moves is set where operand n moves along it.
template <unsigned Moves, class F, std::size_t N, std::size_t... I>
void map_run(const std::array<const float*, N>& from, std::int64_t count, float* out, F f,
             std::index_sequence<I...>) {
  const std::array<float, N> first = {*from[I]...};
  for (std::int64_t i = 0; i < count; ++i)
    out[i] = f(((Moves >> I & 1U) != 0 ? from[I][i] : first[I])...);
}

}  // namespace detail

/// `out = f(operands…)`, broadcast.
template <std::size_t N, class F>
void map(const Broadcast<N>& loop, std::int64_t cost, const std::array<const float*, N>& operands,
         float* out, F f) {
  const auto run_all = [&]<unsigned Moves>(std::integral_constant<unsigned, Moves>) {
    loop.parallel_runs(cost, [&](std::int64_t position, std::int64_t count,
                                 const std::array<std::int64_t, N>& offsets) {
      std::array<const float*, N> from = operands;
      for (std::size_t n = 0; n < N; ++n) from[n] += offsets[n];
      detail::map_run<Moves>(from, count, out + position, f, std::make_index_sequence<N>());
    });
  };
  const unsigned moves = loop.moves();
  [&]<unsigned... Moves>(std::integer_sequence<unsigned, Moves...>) {
    ((moves == Moves ? run_all(std::integral_constant<unsigned, Moves>()) : void()), ...);
  }
  (std::make_integer_sequence<unsigned, 1U << N>());
}

}  // namespace strata::kernels
