// Tests and case conversion of ASCII letters and digits. <cctype> depends on the locale: in a
// Turkish one, the lower case of `I` is not `i`.
#pragma once

namespace strata {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace strata
