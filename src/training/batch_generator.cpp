// The position in a source of batches: which batch is the next one.
#include "strata/training/batch_generator.hpp"

namespace strata::detail {

void BatchStream::begin(int epoch) {
  if (begins_anew()) {
    next_.reset();
    begin_pass(epoch);
  }
  ended_ = false;
}

bool BatchStream::more() {
  if (next_) return true;
  if (ended_) return false;
  next_ = draw();
  ended_ = !next_;
  return !ended_;
}

Batch BatchStream::take() { return *std::exchange(next_, std::nullopt); }

}  // namespace strata::detail
