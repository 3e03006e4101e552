// The input of a fuzzer as a regular file that takes no disk.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace strata::testing {

/// A path under which the readers find these bytes, until the next call.
inline std::string memory_file(const std::uint8_t* data, std::size_t size) {
  static const int descriptor = memfd_create("input", MFD_CLOEXEC);
  const auto length = static_cast<off_t>(size);
  if (ftruncate(descriptor, length) != 0 || pwrite(descriptor, data, size, 0) != length) abort();
  return "/proc/self/fd/" + std::to_string(descriptor);
}

}  // namespace strata::testing
