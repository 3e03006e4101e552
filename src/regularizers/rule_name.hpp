// What errors call a regularizer.
#pragma once

#include <string>

#include "strata/regularizers/regularizer.hpp"

namespace strata::regularizers {

/// Its class name; of a callable the name that it was registered by, or "a callable".
std::string name_of(const Regularizer& regularizer);

}  // namespace strata::regularizers
