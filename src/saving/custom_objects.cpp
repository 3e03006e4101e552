// Checks the keys of custom objects.
#include "strata/saving/custom_objects.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "core/check.hpp"

namespace strata {
namespace saving {

std::string class_name_in(const std::string& key) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  const std::size_t end_of_package = key.find('>');
  const bool has_package = end_of_package != std::string::npos;
  std::string name = has_package ? key.substr(end_of_package + 1) : key;
  check(!name.empty() && end_of_package != 0 && name.find('>') == std::string::npos &&
            std::none_of(key.begin(), key.end(), is_control),
        "custom_object",
        "a key must be a name or package>name, without control characters. Received: \"{}\".", key);
  return name;
}

}  // namespace saving

CustomObjects::CustomObjects(std::initializer_list<CustomObject> objects) {
  registry::CustomEntries entries;
  std::set<std::string_view> keys;
  const auto claim = [&](const std::string& key) {
    check(keys.insert(key).second, "custom_objects",
          "a name can be given once. Received: {} twice.", key);
  };
  for (const CustomObject& object : objects) {
    if (object.class_entry != nullptr) {
      claim(object.class_entry->registered_name);
      entries.classes.push_back(object.class_entry);
    }
    if (object.function_entry != nullptr) {
      claim(object.function_entry->registered_name);
      entries.functions.push_back(object.function_entry);
    }
  }
  entries_ = std::make_shared<const registry::CustomEntries>(std::move(entries));
}

}  // namespace strata
