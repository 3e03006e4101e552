// HDF5 files in memory, opened by Strata.
#pragma once

#include "io/files.hpp"
#include "io/hdf5_reader.hpp"
#include "io/input_file.hpp"

namespace strata::testing {

/// A file with its bytes and its budget, which is the readers' own unless another limit is given.
struct OpenFile {
  explicit OpenFile(Bytes file, std::int64_t limit = -1)
      : bytes(std::move(file)),
        budget(limit < 0 ? io::memory_limit(static_cast<std::int64_t>(bytes.size())) : limit),
        hdf5({"load_weights", "a.h5"},
             {reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()}, budget) {}

  Bytes bytes;
  io::MemoryBudget budget;
  io::Hdf5File hdf5;
};

/// Calls `read`, which may raise an IoError and nothing else.
template <class Read>
void read_or_refuse(const Read& read) {
  try {
    read();
  } catch (const IoError&) {
  }
}

/// Reads all that can be read of a group and of what is in it. Whatever the file: IoErrors only,
/// which end in here.
inline void read_everything(io::Hdf5File& file, const std::string& path = "") {
  read_or_refuse([&] {
    for (const std::string_view name : file.attributes(path)) {
      read_or_refuse([&] { file.texts(path, name); });
      read_or_refuse([&] { file.integers(path, name); });
    }
  });
  read_or_refuse([&] { file.read(path); });
  read_or_refuse([&] { file.read_integers(path); });
  std::vector<io::Hdf5File::Entry> entries;
  read_or_refuse([&] { entries = file.entries(path); });
  for (const auto& [name, kind] : entries) read_everything(file, path + "/" + std::string(name));
}

}  // namespace strata::testing
