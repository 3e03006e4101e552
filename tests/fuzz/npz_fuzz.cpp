// Any bytes as an npz archive, and as an npy array: they are read, or refused by an IoError.
#include "fuzz/memory_file.hpp"
#include "strata/core/errors.hpp"
#include "strata/io/npy.hpp"
#include "strata/io/npz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string path = strata::testing::memory_file(data, size);
  try {
    strata::io::read_npz(path, {.max_bytes = 1 << 20});
  } catch (const strata::IoError&) {
  }
  try {
    strata::io::read_npy(path, {.max_bytes = 1 << 20});
  } catch (const strata::IoError&) {
  }
  return 0;
}
