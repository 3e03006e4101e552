// OwnStream: for a while, a thread draws from another stream than the process-wide one.
#pragma once

#include "strata/tensor/random.hpp"

namespace strata::random {

/// While one exists, it takes the place of the process-wide stream for what this thread draws and
/// seeds, so that what runs on several threads draws the same in any order.
class OwnStream {
 public:
  explicit OwnStream(const Generator& stream);
  ~OwnStream();
  OwnStream(const OwnStream&) = delete;
  OwnStream& operator=(const OwnStream&) = delete;

 private:
  Generator stream_;
  Generator* const before_;
};

}  // namespace strata::random
