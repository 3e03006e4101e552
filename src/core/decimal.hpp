// Decimal numbers in texts, read alike whatever the locale's decimal point.
#pragma once

#include <optional>
#include <string_view>

namespace strata {

/// The nearest double to a decimal number as JSON writes it (`-0.25`, `1e-3`); 0 for what is too
/// small for one. Nothing for what is too large, and where `text` is no number from end to end.
std::optional<double> parse_decimal(std::string_view text);

}  // namespace strata
