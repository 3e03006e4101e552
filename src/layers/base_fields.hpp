// The keys that every layer's config begins with, around a layer's own.
#pragma once

#include <string>
#include <string_view>

#include "core/fields.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

/// Raises InvalidArgument on a name that no file can hold, or gives it back.
std::string checked_name(std::string name);

/// The base's config followed by the layer's own fields.
template <class List>
Config with_base_fields(Config base, List&& list) {
  ConfigWriter writer;
  writer.config = std::move(base);
  list(writer);
  return std::move(writer.config);
}

/// The layer's name in a config, empty (so that one is made up) where there is none.
inline std::string name_in(const Config& config) {
  const auto name = config.find("name");
  return name != config.end() && name->is_string() ? name->get<std::string>() : std::string();
}

/// Reads a layer's own fields; the base fields are read by `Layer::set_base_config`. `autocast` is
/// ignored since everything is float32, and input shapes are ignored in layers that aren't a
/// model's first one.
template <class List>
void read_layer_fields(std::string_view who, const Config& config, List&& list) {
  read_fields(who, config, [&](auto& fields) {
    list(fields);
    for (const char* key : {"name", "trainable", "dtype", "activity_regularizer"}) fields.skip(key);
    for (const char* key : {"autocast", "batch_input_shape", "input_shape", "input_dim"})
      fields.ignore(key);
  });
}

}  // namespace strata::layers
