// What the elements of an HDF5 dataset or attribute are, and how many there are.
#pragma once

#include "io/elements.hpp"
#include "io/hdf5/fields.hpp"

namespace strata::io::hdf5 {

struct Datatype {
  enum class Kind {
    kNumber,
    kFixedText,     ///< `size` bytes each, padded
    kVariableText,  ///< each a reference into a global heap
    kOpaque,        ///< bytes of no stated meaning
    kOther,         ///< something that is not read
  };

  Kind kind = Kind::kOther;
  std::string name;       ///< as errors call it: "float32", "compound"
  std::uint64_t size;     ///< stored bytes of one element
  ElementType element{};  ///< of numbers
  bool big_endian = false;
  bool space_padded = false;  ///< of fixed texts; otherwise padded with NUL
};

Datatype read_datatype(Fields message);

/// The extents; `rank` may be more than a Shape has.
struct Dataspace {
  bool has_elements = true;  ///< not one that is marked as holding nothing at all
  std::vector<std::uint64_t> extents;

  CheckedSize count() const;
  std::string text() const;
};

Dataspace read_dataspace(Fields message);

}  // namespace strata::io::hdf5
