// One number or several, written as a number or a list: `.thresholds = 0.3f`, `.alpha = {1, 2}`.
#pragma once

#include <initializer_list>
#include <utility>
#include <vector>

#include "strata/core/number.hpp"

namespace strata {

class NumberList {
 public:
  NumberList() = default;  ///< none; null in a config
  template <Number N>
  NumberList(N number) : values_{static_cast<float>(number)}, is_number_(true) {}
  NumberList(std::initializer_list<float> numbers) : values_(numbers) {}
  NumberList(std::vector<float> numbers) : values_(std::move(numbers)) {}

  bool empty() const { return values_.empty(); }
  bool is_number() const { return is_number_; }  ///< not a list of one
  const std::vector<float>& values() const { return values_; }
  friend bool operator==(const NumberList&, const NumberList&) = default;

 private:
  std::vector<float> values_;
  bool is_number_ = false;
};

}  // namespace strata
