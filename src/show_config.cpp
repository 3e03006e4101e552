// Prints how the library was built and what of the machine it uses.
#include "strata/show_config.hpp"

#include <cblas.h>
#include <fmt/format.h>
#include <zlib.h>

#include <iostream>
#include <xtensor-blas/xblas_config.hpp>
#ifdef STRATA_WITH_FILES
#include <H5public.h>
#include <zip.h>
#endif
#if __has_include(<xtensor/core/xtensor_config.hpp>)
#include <xtensor/core/xtensor_config.hpp>
#else
#include <xtensor/xtensor_config.hpp>
#endif

#include "core/cache_sizes.hpp"
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

std::string dotted(int major, int minor, int patch) {
  return fmt::format("{}.{}.{}", major, minor, patch);
}

std::vector<LibraryVersion> libraries() {
  return {
      {"fmt", dotted(FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
#ifdef STRATA_WITH_FILES
      {"HDF5", dotted(H5_VERS_MAJOR, H5_VERS_MINOR, H5_VERS_RELEASE)},
      {"libzip", LIBZIP_VERSION},
#endif
      {"nlohmann-json", dotted(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                               NLOHMANN_JSON_VERSION_PATCH)},
      {"xtensor", dotted(XTENSOR_VERSION_MAJOR, XTENSOR_VERSION_MINOR, XTENSOR_VERSION_PATCH)},
      {"xtensor-blas",
       dotted(XTENSOR_BLAS_VERSION_MAJOR, XTENSOR_BLAS_VERSION_MINOR, XTENSOR_BLAS_VERSION_PATCH)},
      {"zlib", ZLIB_VERSION},
  };
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
          .vector_units = name_of(vector_units()),
          .vector_bits = vector_bits(),
          .cache_bytes = {cache_sizes().first, cache_sizes().second, cache_sizes().last},
          .blas = single_spaced(openblas_get_config()),
          .blas_core = openblas_get_corename(),
          .libraries = libraries()};
}

void show_config() { show_config(std::cout); }

void show_config(std::ostream& output) {
  const RuntimeConfig config = runtime_config();
  std::string libraries;
  for (const LibraryVersion& library : config.libraries) {
    libraries +=
        fmt::format("{}{} {}", libraries.empty() ? "" : ", ", library.name, library.version);
  }
  std::string caches;
  for (const std::int64_t bytes : config.cache_bytes)
    caches += fmt::format("{}{} KiB", caches.empty() ? "" : ", ", bytes / 1024);
  output << fmt::format(
      "Strata {}\n"
      "  compiler      {}, {} optimization\n"
      "  threads       {}\n"
      "  vector units  {}, up to {} bits\n"
      "  caches        {}\n"
      "  BLAS          {}\n"
      "  BLAS core     {}\n"
      "  built with    {}\n",
      config.version, config.compiler, config.optimized ? "with" : "WITHOUT", config.threads,
      config.vector_units, config.vector_bits, caches, config.blas, config.blas_core, libraries);
}

}  // namespace strata
