// Shortens text from a file or a user to a length that suits an error message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "strata/core/config.hpp"

namespace strata {

inline constexpr std::size_t kLongestExcerpt = 80;  // for JSON, and for unknown names
inline constexpr std::size_t kLongestText = 200;    // for any other text: a name, a path, an option

/// `text`, or its longest beginning of at most `longest` bytes that ends between UTF-8 characters,
/// followed by an ellipsis.
std::string excerpt(std::string_view text, std::size_t longest = kLongestExcerpt);

/// The JSON of `value`, shortened in the same way. Bytes that are not UTF-8 are replaced.
std::string json_excerpt(const Config& value);

}  // namespace strata
