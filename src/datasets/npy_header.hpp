// The header of NumPy's array files: a Python dictionary, read as the literal it is.
#pragma once

#include "datasets/elements.hpp"

namespace strata::datasets {

/// Reads up to the first element. Raises IoError on anything but what NumPy writes for arrays of
/// plain numbers in C order.
ArrayHeader read_npy_header(ByteStream& stream);

}  // namespace strata::datasets
