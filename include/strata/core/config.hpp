// The name of the type that configs are held in, without its cost: code that reads or writes a
// config includes <strata/config.hpp>.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace strata {

/// A JSON value whose objects keep their keys in order.
using Config = nlohmann::ordered_json;

}  // namespace strata
