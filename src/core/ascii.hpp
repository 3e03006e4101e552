// The classes of Latin letters and digits, whatever the locale: <cctype> would ask it, and in a
// Turkish one the small letter of `I` is none of these.
#pragma once

namespace strata {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace strata
