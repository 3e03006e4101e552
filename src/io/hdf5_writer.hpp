// Writing HDF5 files in memory, in the form that h5py gives Keras's files.
#pragma once

#include <memory>
#include <vector>

#include "io/byte_stream.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::io {

/// Makes one file: groups, contiguous little-endian datasets, attributes that are strings of
/// variable length. The same calls give the same bytes, at any time.
///
/// Paths are like `/layers/dense/vars/0`; groups on the way are made. What can't be written raises
/// IoError. The HDF5 library is not thread-safe as Debian builds it, so calls wait for one another;
/// a program that uses it on its own must not do so in another thread meanwhile.
class Hdf5Writer {
 public:
  explicit Hdf5Writer(Origin origin);
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  void group(std::string_view path);

  void write(std::string_view path, const Tensor& values);
  void write(std::string_view path, const Shape& shape, std::span<const std::int32_t> values);
  void write(std::string_view path, const Shape& shape, std::span<const std::int64_t> values);

  /// An attribute of the group or dataset at `path`.
  void text(std::string_view path, std::string_view attribute, std::string_view value);
  /// An array of strings. One that an object header can't hold is cut into `<attribute>0`,
  /// `<attribute>1`, …, as Keras does; no string of such an array may be of more than 64512 bytes.
  void texts(std::string_view path, std::string_view attribute,
             const std::vector<std::string>& values);

  /// The bytes of the file. Nothing may be written afterwards.
  std::vector<unsigned char> finish();

 private:
  class File;
  std::unique_ptr<File> file_;
};

}  // namespace strata::io
