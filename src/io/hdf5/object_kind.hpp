// What an object of an HDF5 file is.
#pragma once

namespace strata::io::hdf5 {

enum class ObjectKind {
  kGroup,
  kDataset,
  kOther,  ///< a committed datatype, or a link that is not followed
};

}  // namespace strata::io::hdf5
