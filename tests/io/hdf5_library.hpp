// The HDF5 C library for the tests: it makes the files that Strata must read or refuse, and says
// what is in them.
#pragma once

#include <hdf5.h>

#include <map>

#include "io/files.hpp"

namespace strata::testing {

/// The versions of the format that the library writes.
enum class Hdf5Format {
  kSuperblock0,  ///< h5py's and so Keras's: symbol tables, object headers of version 1
  kSuperblock1,
  kSuperblock2,  ///< groups list their entries in their headers, which are of version 2
  kSuperblock3,  ///< the same of HDF5 1.10
};

/// A file that the library makes. Its functions throw std::runtime_error.
class LibraryFile {
 public:
  explicit LibraryFile(Hdf5Format format = Hdf5Format::kSuperblock0, hsize_t user_block = 0);
  ~LibraryFile();
  LibraryFile(const LibraryFile&) = delete;
  LibraryFile& operator=(const LibraryFile&) = delete;

  hid_t id() const { return file_; }

  void group(const std::string& path);
  /// Elements are given as doubles and stored as `type`.
  void dataset(const std::string& path, const std::vector<hsize_t>& shape, hid_t type,
               const std::vector<double>& values, hid_t creation = H5P_DEFAULT);
  /// A dataset to which nothing is written.
  void empty_dataset(const std::string& path, hid_t space, hid_t type,
                     hid_t creation = H5P_DEFAULT);
  void text(const std::string& path, const std::string& name, const std::string& value);
  void texts(const std::string& path, const std::string& name,
             const std::vector<std::string>& values);
  /// Strings of fixed length, padded in one of the library's ways.
  void fixed_texts(const std::string& path, const std::string& name, std::size_t length,
                   H5T_str_t padding, const std::vector<std::string>& values);
  void integers(const std::string& path, const std::string& name, hid_t type,
                const std::vector<std::int64_t>& values);

  /// Closes the file and gives its bytes.
  Bytes finish();

 private:
  TemporaryFolder folder_;
  hid_t file_;
  hid_t links_;  // creates the groups on the way
};

/// What the library finds in a file.
struct LibraryObject {
  bool is_dataset = false;
  std::vector<hsize_t> shape;
  std::vector<double> values;
  std::map<std::string, std::vector<std::string>> texts;  ///< attributes that are strings
};

/// By path, such as `/layers/dense`; the root is "".
std::map<std::string, LibraryObject> read_with_library(const Bytes& file);

}  // namespace strata::testing
