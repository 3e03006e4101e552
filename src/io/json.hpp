// Reading JSON that may come from a stranger.
#pragma once

#include <cstdint>
#include <string_view>

#include "strata/config.hpp"

namespace strata::io {

/// What a text may cost: Keras's own configs stay far below.
struct JsonLimits {
  std::size_t bytes = std::size_t{16} << 20;
  std::size_t values = 1'000'000;
  std::size_t objects = 1'000'000;
  std::size_t depth = 100;
};

/// The limits for values that take at most about so many bytes, too.
JsonLimits json_limits(std::int64_t max_memory, JsonLimits limits = {});

/// The value that a JSON text holds. Raises InvalidArgument, in `who`'s name, on anything that is
/// not JSON to the letter (NaN, comments, a byte order mark, trailing data, invalid UTF-8), on
/// numbers that a double can't hold, on a key that an object says twice, on NUL characters, and
/// beyond the limits. Nothing recurses.
Config parse_json(std::string_view who, std::string_view text, const JsonLimits& limits = {});

}  // namespace strata::io
