// All datasets of an HDF5 file as its tensors.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "io/hdf5_reader.hpp"
#include "io/zip_archive.hpp"
#include "saving/structured_weights.hpp"

namespace strata::saving {

/// A file in memory, and the bytes that may be taken beside it.
struct WholeFile {
  io::MemberBytes bytes;
  std::int64_t left;
};

/// Reads a file for which `max_memory` bytes may be taken in all, by default what
/// `io::memory_limit` gives. Raises IoError.
WholeFile read_whole_file(const io::Origin& origin, std::optional<std::int64_t> max_memory);

/// The names are paths without a slash in front: `layers/dense/vars/0`. One thread at a time.
/// A dataset that can't be read (chunked, of text) keeps no other from being read.
class Hdf5Tensors : public StructuredTensors {
 public:
  /// Raises IoError if the file is damaged.
  Hdf5Tensors(io::Origin origin, io::MemberBytes bytes, std::int64_t max_memory);

  Tensor read(std::size_t index, std::int64_t budget) const override;
  std::int64_t read_integer(std::size_t index) const override;
  std::size_t entry_count(const std::string& group) const override;
  const std::map<std::string, std::string>& unreadable() const override { return unreadable_; }
  /// Bytes that may still be taken.
  std::int64_t left() const { return budget_.left(); }
  io::Hdf5File& file() const { return file_; }

 private:
  void add_all();
  void add_dataset(std::string name);

  io::Origin origin_;
  io::MemberBytes bytes_;
  io::MemoryBudget budget_;
  mutable io::Hdf5File file_;
  std::map<std::string, std::string> unreadable_;
};

}  // namespace strata::saving
