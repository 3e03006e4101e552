// A Shape in a config. Declared in core/fields.hpp, defined here where Shape is known.
#include "core/fields.hpp"
#include "strata/tensor/shape.hpp"

namespace strata {

Config to_config(const Shape& shape) {
  Config list = Config::array();
  for (const std::int64_t extent : shape) {
    list.push_back(extent == Shape::kUnknown ? Config(nullptr) : Config(extent));
  }
  return list;
}

void ConfigReader::read(const char* key, const Config& value, Shape& field) const {
  if (!value.is_array() || value.size() > Shape::kMaxRank)
    refuse(key, "must be a list of at most 8 extents", value);
  field = {};
  for (const Config& element : value) {
    std::int64_t extent = Shape::kUnknown;
    if (!element.is_null()) {
      read(key, element, extent);
      if (extent < 0)
        refuse(key, "must hold whole numbers >= 0, or null for an unknown one", value);
    }
    field.append(extent);
  }
}

}  // namespace strata
