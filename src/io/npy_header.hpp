// The header of NumPy's array files: a Python dictionary, read as the literal it is.
#pragma once

#include <string>

#include "io/elements.hpp"

namespace strata::io {

/// Reads up to the first element. Raises Unrepresentable on arrays of other things than plain
/// numbers, IoError on anything but what NumPy writes.
ArrayHeader read_npy_header(ByteStream& stream);

/// What NumPy writes before the elements of a float32 array, to the byte.
std::string npy_header(const Shape& shape);

}  // namespace strata::io
