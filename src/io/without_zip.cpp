// In a library without libzip no archive is written.
#include "io/zip_writer.hpp"

namespace strata::io {

void write_zip(AtomicFile& file, const std::vector<ZipInput>&, ZipTime) {
  file.origin().raise<StateError>(
      "writing an archive needs the library libzip. Received: a Strata that was built without it "
      "(STRATA_WITH_FILES=OFF).");
}

}  // namespace strata::io
