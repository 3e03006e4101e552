// The keys that every layer's config begins with, around a layer's own.
#pragma once

#include <string>
#include <string_view>

#include "core/fields.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

/// Raises InvalidArgument on a name that no file can hold, or gives it back.
std::string checked_name(std::string name);

/// The layer's name in a config, empty (so that one is made up) where there is none.
inline std::string name_in(const Config& config) {
  const auto name = config.find("name");
  return name != config.end() && name->is_string() ? name->get<std::string>() : std::string();
}

/// `options` with what a layer's config says of them: the name, and the layer's own fields, which
/// `list_fields(fields, options)` lists. `Layer::set_base_config` reads the other base fields.
/// `autocast` is ignored since everything is float32, and input shapes are ignored in layers that
/// aren't a model's first one.
template <class Options>
Options read_options(std::string_view who, const Config& config, Options options = {}) {
  options.name = name_in(config);
  read_fields(who, config, [&](auto& fields) {
    list_fields(fields, options);
    for (const char* key : {"name", "trainable", "dtype", "activity_regularizer"}) fields.skip(key);
    for (const char* key : {"autocast", "batch_input_shape", "input_shape", "input_dim"})
      fields.ignore(key);
  });
  return options;
}

}  // namespace strata::layers
