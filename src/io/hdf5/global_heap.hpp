// The global heaps of an HDF5 file, which hold the texts of variable length.
#pragma once

#include "io/hdf5/blocks.hpp"

namespace strata::io::hdf5 {

class GlobalHeaps {
 public:
  explicit GlobalHeaps(Blocks& blocks) : blocks_(blocks) {}

  /// The text that a reference in an element of variable length points to.
  std::string_view text(Fields& reference);

 private:
  using Collection = std::map<std::uint64_t, Bytes>;  // by index

  const Collection& collection(const Origin& origin, std::uint64_t address);

  Blocks& blocks_;
  std::map<std::uint64_t, Collection> read_;  // by address: each is gone through once
};

}  // namespace strata::io::hdf5
