// Asks the C library, and Linux where that doesn't know.
#include "core/cache_sizes.hpp"

#include <unistd.h>

#include <fstream>
#include <optional>
#include <string>

namespace strata {
namespace {

// What a file of a cache's folder says; nothing if there is none.
std::optional<std::string> read(const std::string& path) {
  std::ifstream file(path);
  std::string word;
  if (file >> word) return word;
  return std::nullopt;
}

// "512K" and "32M" in bytes; 0 for what isn't a size.
std::int64_t bytes(const std::string& size) {
  std::int64_t value = 0;
  std::size_t digits = 0;
  for (; digits < size.size() && size[digits] >= '0' && size[digits] <= '9' && digits < 9; ++digits)
    value = value * 10 + (size[digits] - '0');
  const std::string unit = size.substr(digits);
  return unit == "K" ? value << 10 : unit == "M" ? value << 20 : unit.empty() ? value : 0;
}

// The size of the first CPU's data cache of that level, as Linux lists it; 0 if it doesn't.
std::int64_t listed(const std::string& level) {
  for (int index = 0;; ++index) {
    const std::string folder =
        "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/";
    const std::optional<std::string> found = read(folder + "level");
    if (!found) return 0;
    if (*found == level && read(folder + "type") != "Instruction")
      return bytes(read(folder + "size").value_or(""));
  }
}

std::int64_t size_of(int name, const std::string& level, std::int64_t otherwise) {
  if (const std::int64_t known = sysconf(name); known > 0) return known;
  const std::int64_t known = listed(level);
  return known > 0 ? known : otherwise;
}

CacheSizes read_sizes() {
  CacheSizes sizes{};
  sizes.first = size_of(_SC_LEVEL1_DCACHE_SIZE, "1", 32 << 10);
  sizes.second = size_of(_SC_LEVEL2_CACHE_SIZE, "2", 256 << 10);
  sizes.last = size_of(_SC_LEVEL3_CACHE_SIZE, "3", sizes.second);
  return sizes;
}

}  // namespace

const CacheSizes& cache_sizes() {
  static const CacheSizes sizes = read_sizes();
  return sizes;
}

}  // namespace strata
