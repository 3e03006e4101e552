// The head of an HDF5 file.
#pragma once

#include "io/hdf5/blocks.hpp"

namespace strata::io::hdf5 {

/// The address of the root group's header. Raises IoError unless the file is a whole HDF5 file of
/// its own: nothing before it, behind it or in other files.
std::uint64_t read_superblock(Blocks& blocks, const Origin& origin);

}  // namespace strata::io::hdf5
