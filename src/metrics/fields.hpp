// How metrics are named and read their configs.
#pragma once

#include <string>

#include "core/fields.hpp"

namespace strata::metrics {

/// The name a metric was given, or its class's own.
inline std::string name_or(const std::string& name, const char* default_name) {
  return name.empty() ? default_name : name;
}

/// `own(fields, options)` reads what this metric alone has.
template <class Options, class Own>
Options read_options(const char* who, const Config& config, Own own) {
  Options options;
  read_fields(who, config, [&](auto& fields) {
    fields.or_default("name", options.name);
    fields.float32("dtype", "\"float32\"");
    own(fields, options);
  });
  return options;
}

template <class Options>
Options read_options(const char* who, const Config& config) {
  return read_options<Options>(who, config, [](auto&, Options&) {});
}

}  // namespace strata::metrics
