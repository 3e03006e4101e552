// Any text as a model's JSON: a model comes of it, or an error of Strata's.
#include <cstdint>

#include "strata/core/errors.hpp"
#include "strata/saving/model_from_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    strata::model_from_json({reinterpret_cast<const char*>(data), size}, {.max_params = 100'000});
  } catch (const strata::InvalidArgument&) {
  }
  return 0;
}
