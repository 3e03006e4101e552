// The style sheets of pages and drawings: colors for light, dark and print.
#pragma once

#include <string_view>

namespace strata::plots {

/// Colors as variables, and the classes that drawings use.
extern const std::string_view kDrawingStyle;
/// The page around them.
extern const std::string_view kPageStyle;

}  // namespace strata::plots
