// The types accepted as a number: arithmetic types other than bool and characters.
#pragma once

#include <concepts>
#include <type_traits>

namespace strata {

template <class N>
concept Number = std::is_arithmetic_v<N> && !std::same_as<N, bool> && !std::same_as<N, char> &&
                 !std::same_as<N, wchar_t> && !std::same_as<N, char8_t> &&
                 !std::same_as<N, char16_t> && !std::same_as<N, char32_t>;

}  // namespace strata
