// Checks the names under which users' classes and functions are registered.
#include "strata/saving/register_serializable.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace strata::saving {
namespace {

void check_part(const char* field, const std::string& part) {
  const auto unfit = [](char c) { return c == '>' || static_cast<unsigned char>(c) < 0x20; };
  check(!part.empty() && std::none_of(part.begin(), part.end(), unfit), "register_serializable",
        "{0} must not be empty or hold '>' or control characters. Received: {0}=\"{1}\".", field,
        part);
}

}  // namespace

std::string registered_name(const SerializableOptions& options) {
  check_part("package", options.package);
  check_part("name", options.name);
  return options.package + ">" + options.name;
}

}  // namespace strata::saving
