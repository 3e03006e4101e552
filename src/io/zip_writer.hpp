// Writing zip archives.
#pragma once

#include <string>
#include <vector>

#include "io/atomic_file.hpp"

namespace strata::io {

/// A member to write: the pieces one after the other, which stay in memory meanwhile.
struct ZipInput {
  std::string name;
  std::vector<std::span<const unsigned char>> pieces;
};

/// The time of last change that members carry, in MS-DOS's format. Default: 1980-01-01 00:00, as
/// Keras and NumPy write, so that the same members give the same bytes.
struct ZipTime {
  std::uint16_t date = 1 << 5 | 1;  ///< year since 1980 in the upper 7 bits, month in 4, day in 5
  std::uint16_t time = 0;           ///< hour in the upper 5 bits, minute in 6, half seconds in 5
};

/// Writes an archive of these members, stored as they are, in this order, to the empty file, which
/// the caller commits. Zip64 records are there only where sizes or counts need them.
///
/// Raises InvalidArgument in the file's name on names that are given twice or that `is_plain_name`
/// refuses, IoError where the file can't be written.
void write_zip(AtomicFile& file, const std::vector<ZipInput>& members, ZipTime modified = {});

}  // namespace strata::io
