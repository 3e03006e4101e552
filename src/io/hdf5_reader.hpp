// Reading HDF5 files that may come from a stranger: the part of the format that Keras and h5py
// write.
#pragma once

#include <memory>
#include <vector>

#include "io/elements.hpp"
#include "io/hdf5/object_kind.hpp"
#include "io/memory_budget.hpp"

namespace strata::io {

/// An HDF5 file in memory: groups, datasets of numbers, attributes of texts and numbers.
///
/// Read are superblocks 0 to 3, groups that list their entries in a symbol table or in their header,
/// contiguous and compact datasets of integers, IEEE floats of either byte order, bfloat16 and bools, and
/// attributes in an object's header. All else is refused by name when it is asked for: chunks,
/// filters, external and virtual data, soft, external and user-defined links, fractal heaps,
/// committed and compound types.
///
/// The whole structure is gone through once when the file is opened, without recursion. Each offset
/// is compared with the file's size before it is followed, and each byte may belong to one part of
/// the file only: so nothing leads back to itself, no object has two names, and data can't be
/// metadata too. Errors are IoErrors.
///
/// Paths are like `/layers/dense/vars/0`; the first slash may be missing. One thread at a time.
class Hdf5File {
 public:
  using Kind = hdf5::ObjectKind;

  struct Entry {
    std::string_view name;
    Kind kind;
  };

  /// What is allocated is counted in `budget`. The bytes and the budget outlive the object.
  Hdf5File(Origin origin, std::span<const unsigned char> bytes, MemoryBudget& budget);
  ~Hdf5File();
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;

  /// Whether there is such an object.
  bool has(std::string_view path) const;
  Kind kind(std::string_view path) const;
  /// The entries of a group in the order of their names, as h5py lists them.
  std::vector<Entry> entries(std::string_view group) const;

  bool has_attribute(std::string_view path, std::string_view name) const;
  std::vector<std::string_view> attributes(std::string_view path) const;
  /// An attribute that is a string or an array of strings, of fixed or variable length; in row-major
  /// order.
  std::vector<std::string> texts(std::string_view path, std::string_view attribute);
  /// An attribute that is one string.
  std::string text(std::string_view path, std::string_view attribute);
  /// An attribute that is an integer or an array of them.
  std::vector<std::int64_t> integers(std::string_view path, std::string_view attribute) const;

  /// Shape and type of a dataset.
  ArrayHeader header(std::string_view dataset) const;
  /// The elements of a dataset as float32, which must hold them.
  Tensor read(std::string_view dataset);
  /// The elements of a dataset of integers, exactly.
  std::vector<std::int64_t> read_integers(std::string_view dataset);

 private:
  class Contents;
  std::unique_ptr<Contents> contents_;
};

}  // namespace strata::io
