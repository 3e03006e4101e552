// Any bytes as a safetensors file: each tensor is read, or the file is refused by an IoError.
#include "fuzz/memory_file.hpp"
#include "io/safetensors.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const strata::io::SafetensorsFile file(
        {"safetensors_fuzz", strata::testing::memory_file(data, size)});
    std::int64_t bytes = 0;
    for (std::size_t i = 0; i < file.tensors().size(); ++i) {
      bytes += file.read(i, 1 << 20).size();
    }
    // An element takes at least one byte, and no byte belongs to two.
    if (bytes > static_cast<std::int64_t>(size)) abort();
  } catch (const strata::IoError&) {
  }
  return 0;
}
