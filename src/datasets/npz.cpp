#include "strata/datasets/npz.hpp"

#include "datasets/input_file.hpp"
#include "datasets/npy_header.hpp"
#include "datasets/zip_archive.hpp"

namespace strata::datasets {

std::map<std::string, Tensor> read_npz(const std::string& path, const NpzOptions& options) {
  constexpr std::string_view kSuffix = ".npy";
  const ZipArchive archive({"read_npz", path});
  std::int64_t left = options.max_bytes.value_or(memory_limit(archive.file_size()));
  std::map<std::string, Tensor> arrays;
  for (const ZipEntry& entry : archive.entries()) {
    if (!entry.name.ends_with(kSuffix)) continue;
    const std::unique_ptr<ByteStream> stream = archive.open(entry);
    const ArrayHeader header = read_npy_header(*stream);
    const Tensor array = read_elements(*stream, header, left);
    left -= array.size() * static_cast<std::int64_t>(sizeof(float));
    arrays.emplace(entry.name.substr(0, entry.name.size() - kSuffix.size()), array);
  }
  return arrays;
}

}  // namespace strata::datasets
