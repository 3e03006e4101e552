// Reads and writes npy files.
#include "strata/io/npy.hpp"

#include "io/atomic_file.hpp"
#include "io/elements.hpp"
#include "io/input_file.hpp"
#include "io/npy_header.hpp"

namespace strata::io {

Tensor read_npy(const std::string& path, const NpyOptions& options) {
  InputFile file({"read_npy", path});
  const ArrayHeader header = read_npy_header(file);
  return read_elements(file, header, options.max_bytes.value_or(memory_limit(file.size())));
}

void write_npy(const std::string& path, const Tensor& tensor) {
  check(tensor.defined(), "write_npy", "the tensor must be defined. Received: an undefined one.");
  AtomicFile file({"write_npy", path});
  file.write(as_bytes(npy_header(tensor.shape())));
  file.write(bytes_of(tensor));
  file.commit();
}

}  // namespace strata::io
