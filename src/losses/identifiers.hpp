// The names by which strings find losses.
#pragma once

#include <string_view>

namespace strata::losses {

/// Whether `Loss::from_identifier` knows it.
bool is_identifier(std::string_view identifier);

}  // namespace strata::losses
