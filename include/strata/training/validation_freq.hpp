// ValidationFreq: after which epochs a fit validates.
#pragma once

#include <algorithm>
#include <concepts>
#include <initializer_list>
#include <limits>
#include <utility>
#include <vector>

#include "strata/core/number.hpp"

namespace strata {

/// A number k: after every k-th epoch. A list, `{1, 2, 10}`: after these epochs, counted from 1.
/// `fit` refuses numbers below 1 and an empty list.
class ValidationFreq {
 public:
  template <Number N>
  requires std::integral<N> ValidationFreq(N every)
      : every_(std::in_range<int>(every) ? static_cast<int>(every)
                                         : std::numeric_limits<int>::max()) {}
  ValidationFreq(std::initializer_list<int> epochs) : epochs_(epochs) {}
  ValidationFreq(std::vector<int> epochs) : epochs_(std::move(epochs)) {}

  int every() const { return every_; }  ///< 0 for a list
  const std::vector<int>& epochs() const { return epochs_; }

  /// Whether this epoch, counted from 0, is followed by a validation.
  bool includes(int epoch) const {
    if (every_ != 0) return (epoch + 1) % every_ == 0;
    return std::find(epochs_.begin(), epochs_.end(), epoch + 1) != epochs_.end();
  }

 private:
  int every_ = 0;
  std::vector<int> epochs_;
};

}  // namespace strata
