// Copies the rows of one batch.
#include "data/batch_cutter.hpp"

#include <algorithm>
#include <span>

#include "strata/data/rows.hpp"

namespace strata::data {

Tensor BatchCutter::rows(const Tensor& x, std::int64_t index) const {
  const std::int64_t begin = index * batch_size_;
  const std::int64_t end = std::min(begin + batch_size_, samples_);
  if (order_.empty()) return slice_rows(x, begin, end);
  return gather_rows(x, std::span(order_).subspan(static_cast<std::size_t>(begin),
                                                  static_cast<std::size_t>(end - begin)));
}

}  // namespace strata::data
