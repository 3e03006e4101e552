// What comes from a file or a user, cut to what an error text can carry.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "strata/core/config.hpp"

namespace strata {

inline constexpr std::size_t kLongestExcerpt = 80;  // of JSON, and of a name that nobody knows
inline constexpr std::size_t kLongestText = 200;    // of any other text: a name, a place, an option

/// `text`, or as many of its first bytes as fit `longest` without cutting a UTF-8 character, and an
/// ellipsis.
std::string excerpt(std::string_view text, std::size_t longest = kLongestExcerpt);

/// The JSON of `value`, shortened likewise. Bytes that are no UTF-8 are replaced.
std::string json_excerpt(const Config& value);

}  // namespace strata
