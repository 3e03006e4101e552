// Reads decimal numbers from text, independently of the locale's decimal point.
#pragma once

#include <optional>
#include <string_view>

namespace strata {

/// The nearest double to a decimal number as JSON writes it (`-0.25`, `1e-3`); 0 if it is too small
/// for a double. Nothing if it is too large or if `text` is not entirely a number.
std::optional<double> parse_decimal(std::string_view text);

}  // namespace strata
