// Reads decimal numbers by std::from_chars, which ignores the locale.
#include "core/decimal.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

#include "core/ascii.hpp"

namespace strata {
namespace {

// Whether a number out of range is too small rather than too large: its absolute value is below 1.
bool is_below_one(std::string_view text) {
  const std::size_t e = text.find_first_of("eE");
  const std::string_view digits = text.substr(0, e);
  const std::size_t first = digits.find_first_of("123456789");
  if (first == std::string_view::npos) return true;
  const std::size_t point = std::min(digits.find('.'), digits.size());
  std::int64_t exponent = 0;
  if (e != std::string_view::npos) {
    std::string_view power = text.substr(e + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    const bool negative = power.starts_with('-');
    const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), exponent);
    if (error == std::errc::result_out_of_range) return negative;
  }
  return static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first) + exponent <= 0;
}

}  // namespace

std::optional<double> parse_decimal(std::string_view text) {
  double value = 0.0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (end != last || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    if (!is_below_one(text)) return std::nullopt;
    return text.starts_with('-') ? -0.0 : 0.0;
  }
  return value;
}

}  // namespace strata
