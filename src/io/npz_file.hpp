// An open `.npz` archive.
#pragma once

#include <map>

#include "io/tensor_file.hpp"
#include "io/zip_archive.hpp"

namespace strata::io {

class NpzFile : public TensorFile {
 public:
  /// Reads the headers of all arrays. Raises IoError if the archive or one of them is damaged, or if
  /// they take more than `max_memory` bytes.
  explicit NpzFile(Origin origin, std::int64_t max_memory = INT64_MAX);

  Tensor read(std::size_t index, std::int64_t budget) const override;

  /// The arrays that a tensor can't hold, by name, each with the error.
  const std::map<std::string, std::string>& unreadable() const { return unreadable_; }
  const Origin& origin() const { return archive_.origin(); }
  /// Of `max_memory`, what the headers have left.
  std::int64_t left() const { return left_; }
  std::int64_t file_size() const { return archive_.file_size(); }

 private:
  ZipArchive archive_;
  std::vector<const ZipEntry*> entries_;  // of tensors()
  std::map<std::string, std::string> unreadable_;
  std::int64_t left_;
};

}  // namespace strata::io
