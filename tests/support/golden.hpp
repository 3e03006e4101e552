// Values computed by real Keras, with the script that made them: tests/golden/.
#pragma once

#include <string>

#include "strata/config.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::testing {

/// The whole of tests/golden/FAMILY.json.
const Config& golden_file(const std::string& family);

/// The "cases" in it.
const Config& golden_cases(const std::string& family);

/// {"shape", "data"} as a tensor; null as an undefined one. "nan" and "inf" stand in the data as
/// strings.
Tensor golden_tensor(const Config& value);

/// A number, or lists of numbers inside each other, one level per axis.
Tensor nested_tensor(const Config& value);

}  // namespace strata::testing
