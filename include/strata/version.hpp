// Which Strata this is, for programs that serve several.
#pragma once

#include <string_view>

namespace strata {

inline constexpr int kVersionMajor = 0;
inline constexpr int kVersionMinor = 1;
inline constexpr int kVersionPatch = 0;
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace strata
