// Figures as text: what must be escaped, and numbers for people.
#include "plots/figure.hpp"

#include <fmt/format.h>

#include <cmath>

namespace strata::plots {
namespace {

constexpr std::string_view kNoCharacter = "\xEF\xBF\xBD";  // U+FFFD

bool continues(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

// The bytes of the character that begins here; 0 if none does that XML has.
std::size_t character_size(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80U)
    return first >= 0x20U || first == '\n' || first == '\t' || first == '\r' ? 1 : 0;
  const std::size_t size = first >= 0xF0U && first <= 0xF4U   ? 4
                           : first >= 0xE0U && first <= 0xEFU ? 3
                           : first >= 0xC2U && first <= 0xDFU ? 2
                                                              : 0;
  for (std::size_t i = 1; i < size; ++i) {
    if (!continues(text, at + i)) return 0;
  }
  if (size < 3) return size;
  const auto second = static_cast<unsigned char>(text[at + 1]);
  const bool overlong = (first == 0xE0U && second < 0xA0U) || (first == 0xF0U && second < 0x90U);
  const bool beyond = (first == 0xEDU && second > 0x9FU) || (first == 0xF4U && second > 0x8FU);
  const bool none = first == 0xEFU && second == 0xBFU &&
                    static_cast<unsigned char>(text[at + 2]) >= 0xBEU;  // U+FFFE, U+FFFF
  return overlong || beyond || none ? 0 : size;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = character_size(text, i);
    switch (text[i]) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += size == 0 ? kNoCharacter : text.substr(i, size);
    }
    i += size == 0 ? 1 : size;
  }
  return result;
}

std::size_t characters_of(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) count += continues(text, i) ? 0 : 1;
  return count;
}

std::string shortened(const std::string& text, std::size_t characters) {
  if (characters_of(text) <= characters) return text;
  std::size_t end = 0;
  for (std::size_t kept = 0; end < text.size(); ++end) {
    if (!continues(text, end) && ++kept == characters) break;
  }
  return text.substr(0, end) + "…";
}

std::string number_text(double value) {
  if (std::isnan(value)) return "nan";
  return fmt::format("{:.4g}", value == 0.0 ? 0.0 : value);  // not -0
}

std::string count_text(long long part, long long whole) {
  return fmt::format("{} of {}", part, whole);
}

double share_of(long long part, long long whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace strata::plots
