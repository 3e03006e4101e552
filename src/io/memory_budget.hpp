// How much memory the contents of one untrusted file may take.
#pragma once

#include "io/checked_size.hpp"

namespace strata::io {

/// Counts what is allocated because a file says so: tensors, texts, lists of objects. What has been
/// counted stays counted, so that reading the same data over and over ends too.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::int64_t limit) : limit_(limit), left_(limit) {}

  /// Called before the allocation. Raises IoError if fewer bytes are left.
  void take(const Origin& origin, std::string_view what, CheckedSize bytes) {
    origin.check(bytes.fits(left_),
                 "{} must fit the memory limit of {} bytes, which the caller can raise. Received: "
                 "{} bytes, with {} left.",
                 what, limit_, bytes, left_);
    left_ -= bytes.as<std::int64_t>(origin, what);
  }

  std::int64_t left() const { return left_; }

 private:
  std::int64_t limit_;
  std::int64_t left_;
};

}  // namespace strata::io
