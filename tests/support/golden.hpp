// Values computed by real Keras, with the script that made them: tests/golden/.
#pragma once

#include <string>

#include "strata/config.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::testing {

/// The "cases" of tests/golden/FAMILY.json.
const Config& golden_cases(const std::string& family);

/// {"shape", "data"} as a tensor; null as an undefined one. "nan" and "inf" stand in the data as
/// strings.
Tensor golden_tensor(const Config& value);

}  // namespace strata::testing
