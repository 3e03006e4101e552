// How losses read their configs: every one has a name and a reduction, some have more.
#pragma once

#include "core/fields.hpp"

namespace strata::losses {

/// Keras writes no reduction as null, too.
inline Config without_null_reduction(Config config) {
  const auto found = config.find("reduction");
  if (found != config.end() && found->is_null()) *found = "none";
  return config;
}

/// `own(fields, options)` reads what this loss alone has.
template <class Options, class Own>
Options read_options(const char* who, const Config& config, Own own) {
  Options options;
  const Config named = without_null_reduction(config);
  read_fields(who, named, [&](auto& fields) {
    fields.or_default("name", options.name);
    fields("reduction", options.reduction);
    fields.float32("dtype", "\"float32\"");
    own(fields, options);
  });
  return options;
}

template <class Options>
Options read_options(const char* who, const Config& config) {
  return read_options<Options>(who, config, [](auto&, Options&) {});
}

}  // namespace strata::losses
