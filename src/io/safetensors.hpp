// safetensors: weights as a JSON header and the elements behind it.
#pragma once

#include <map>

#include "io/input_file.hpp"
#include "io/tensor_file.hpp"
#include "strata/io/named_tensors.hpp"

namespace strata::io {

/// What else a file says of itself, under `__metadata__`.
using Metadata = std::map<std::string, std::string>;

/// An open file. Elements are read straight into the tensors.
/// See https://huggingface.co/docs/safetensors.
class SafetensorsFile : public TensorFile {
 public:
  /// Reads the header. Raises IoError if it is not what the format asks for: at most 100 MB of
  /// JSON, sorted ranges of bytes without holes or overlap that end with the file, each as long as
  /// its shape and type say, of types of 8 to 64 bits that float32 may hold, with at most 8 axes.
  /// What the header says takes at most about `max_memory` bytes.
  explicit SafetensorsFile(Origin origin, std::int64_t max_memory = INT64_MAX);

  Tensor read(std::size_t index, std::int64_t budget) const override;

  const Metadata& metadata() const { return metadata_; }
  const Origin& origin() const { return file_.origin(); }
  std::int64_t file_size() const { return file_.size(); }

 private:
  struct Range {
    std::int64_t offset;  // in the file
    std::int64_t size;
  };

  InputFile file_;
  std::vector<Range> ranges_;  // of tensors()
  Metadata metadata_;
};

/// Writes float32 tensors as the reference implementation does, by name, whatever their order here.
/// Errors name `origin`. Raises InvalidArgument on undefined tensors, on names that are given twice
/// or are `__metadata__`, and on text that is not UTF-8; IoError where the file can't be written.
void write_safetensors(Origin origin, NamedTensors tensors, const Metadata& metadata = {});

}  // namespace strata::io
