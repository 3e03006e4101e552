// The bytes of an HDF5 file by address, each of which may belong to one part of it only.
#pragma once

#include <map>

#include "io/hdf5/fields.hpp"
#include "io/memory_budget.hpp"

namespace strata::io::hdf5 {

class Blocks {
 public:
  /// The bytes and the budget outlive the object.
  Blocks(Bytes file, MemoryBudget& budget) : file_(file), budget_(&budget) {}

  /// The bytes from `address` on, at most to the end of the file. Raises IoError if `size` of them
  /// are not there.
  Fields at(const Origin& origin, std::string_view what, std::uint64_t address,
            CheckedSize size) const;

  /// The same for a part that is read now and never again. Raises IoError if any of the bytes was
  /// claimed before. So a structure that leads back to itself ends with an error, and data can't be
  /// metadata at the same time.
  Fields claim(const Origin& origin, std::string_view what, std::uint64_t address,
               CheckedSize size);

  MemoryBudget& budget() { return *budget_; }
  std::size_t size() const { return file_.size(); }

 private:
  struct Claim {
    std::uint64_t end;
    std::string_view what;
  };

  Bytes file_;
  MemoryBudget* budget_;
  std::map<std::uint64_t, Claim> claims_;  // by the first byte's address
};

}  // namespace strata::io::hdf5
