// Any bytes as an IDX file: it is read, or refused by an IoError.
#include "fuzz/memory_file.hpp"
#include "strata/core/errors.hpp"
#include "strata/io/idx.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    strata::io::read_idx(strata::testing::memory_file(data, size), {.max_bytes = 1 << 20});
  } catch (const strata::IoError&) {
  }
  return 0;
}
