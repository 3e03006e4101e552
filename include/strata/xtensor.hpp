// For code that uses xtensor itself: its headers, wherever the installed version (0.24 - 0.27)
// keeps them, and the way back from a Tensor. The way in needs no header: any array converts.
//
//     const xt::xarray<float> mine = {{1.0f, -2.0f}, {3.0f, -4.0f}};
//     const xt::xarray<float> doubled = to_xtensor(2.0f * Tensor(mine));
#pragma once

#if __has_include(<xtensor/containers/xadapt.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xarray.hpp>
#include <xtensor/containers/xtensor.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xtensor.hpp>
#endif

#include <cstddef>
#include <vector>

#include "strata/core/errors.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata {

/// A copy of the tensor. Raises InvalidArgument if it is undefined.
inline xt::xarray<float> to_xtensor(const Tensor& tensor) {
  if (!tensor.defined()) {
    throw InvalidArgument("to_xtensor: the tensor must be defined. Received: an undefined tensor.");
  }
  const std::vector<std::size_t> shape(tensor.shape().begin(), tensor.shape().end());
  return xt::adapt(tensor.data(), static_cast<std::size_t>(tensor.size()), xt::no_ownership(),
                   shape);
}

}  // namespace strata
