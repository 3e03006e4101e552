// Shortens text without cutting a UTF-8 character.
#include "core/excerpt.hpp"

#include "strata/config.hpp"

namespace strata {

std::string excerpt(std::string_view text, std::size_t longest) {
  if (text.size() <= longest) return std::string(text);
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

std::string json_excerpt(const Config& value) {
  return excerpt(value.dump(-1, ' ', false, Config::error_handler_t::replace));
}

}  // namespace strata
