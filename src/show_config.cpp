#include "strata/show_config.hpp"

#include <cblas.h>
#include <fmt/format.h>
#include <zip.h>
#include <zlib.h>

#include <iostream>

#include "core/unoptimized.hpp"
#include "core/vector_units.hpp"
#include "strata/config.hpp"
#include "strata/core/threads.hpp"
#include "strata/version.hpp"

namespace strata {
namespace {

std::string compiler() {
#if defined(__clang__)
  return fmt::format("clang++ {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  return fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

// The words with one space between them, and none around.
std::string single_spaced(const std::string& text) {
  std::string words;
  for (const char c : text) {
    if (c != ' ' || (!words.empty() && words.back() != ' ')) words += c;
  }
  while (words.ends_with(' ')) words.pop_back();
  return words;
}

}  // namespace

RuntimeConfig runtime_config() {
  return {.version = std::string(kVersion),
          .compiler = compiler(),
          .optimized = kOptimized,
          .threads = num_threads(),
          .vector_bits = vector_bits(),
          .blas = single_spaced(openblas_get_config()),
          .blas_core = openblas_get_corename(),
          .libraries = {{"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000,
                                            FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
                        {"libzip", LIBZIP_VERSION},
                        {"nlohmann-json",
                         fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR,
                                     NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH)},
                        {"zlib", ZLIB_VERSION}}};
}

void show_config() { show_config(std::cout); }

void show_config(std::ostream& output) {
  const RuntimeConfig config = runtime_config();
  std::string libraries;
  for (const LibraryVersion& library : config.libraries) {
    libraries +=
        fmt::format("{}{} {}", libraries.empty() ? "" : ", ", library.name, library.version);
  }
  output << fmt::format(
      "Strata {}\n"
      "  compiler      {}, {} optimization\n"
      "  threads       {}\n"
      "  vector units  up to {} bits\n"
      "  BLAS          {}\n"
      "  BLAS core     {}\n"
      "  built with    {}\n",
      config.version, config.compiler, config.optimized ? "with" : "WITHOUT", config.threads,
      config.vector_bits, config.blas, config.blas_core, libraries);
}

}  // namespace strata
