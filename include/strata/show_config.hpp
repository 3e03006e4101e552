// What runs here, for bug reports and for whoever wonders where the speed comes from or went.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace strata {

/// A library that Strata was built with.
struct LibraryVersion {
  std::string name;
  std::string version;
};

/// What this Strata is and what it runs on. `STRATA_VECTOR_UNITS=none|avx2|avx512` in the
/// environment, on 64-bit Arm `none|neon`, narrows the vector units, never widens them; any other
/// value raises InvalidArgument.
struct RuntimeConfig {
  std::string version;       ///< Of Strata.
  std::string compiler;      ///< With its version: `g++ 12.2.0`.
  bool optimized = false;    ///< Whether the library was built with optimization.
  int threads = 0;           ///< `num_threads()`.
  std::string vector_units;  ///< That kernels use: `avx512`, `avx2`, `neon` or `none` of these.
  int vector_bits = 0;       ///< The width of the widest ones.
  std::vector<std::int64_t> cache_bytes;  ///< Of a core's data cache, its second level, the last.
  std::string blas;                       ///< The BLAS that runs, as it describes itself.
  std::string blas_core;                  ///< The CPU that the BLAS took its kernels for.
  std::vector<LibraryVersion> libraries;  ///< Sorted by name, in any case.
};

RuntimeConfig runtime_config();

/// Prints `runtime_config()`, a line each, to the standard output or to a stream of one's own.
///
///     Strata 0.1.0
///       compiler      g++ 12.2.0, with optimization
///       threads       2
///       vector units  avx2, up to 256 bits
///       caches        32 KiB, 512 KiB, 32768 KiB
///       BLAS          OpenBLAS 0.3.21 DYNAMIC_ARCH NO_AFFINITY Haswell MAX_THREADS=64
///       BLAS core     Haswell
///       built with    fmt 9.1.0, HDF5 1.10.8, libzip 1.7.3, nlohmann-json 3.11.2, …
void show_config();
void show_config(std::ostream& output);

}  // namespace strata
