// The complete `Config`, for code that reads or writes one. Kept out of <strata/strata.hpp> because
// it costs two seconds of compile time.
#pragma once

#include <nlohmann/json.hpp>

#include "strata/core/config.hpp"
