// What `compile` was told, as Keras writes it.
#pragma once

#include <string>

#include "strata/config.hpp"
#include "strata/training/options.hpp"

namespace strata::saving {

/// Raises InvalidArgument, naming the key, on a callable that was not registered.
Config write_compile_config(const CompileOptions& options);

/// Raises InvalidArgument, naming `who` and the key, on an unknown key, name or value.
CompileOptions read_compile_config(const std::string& who, const Config& config);

}  // namespace strata::saving
