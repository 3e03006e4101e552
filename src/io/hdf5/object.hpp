// One object of an HDF5 file: a group and its links, or a dataset and where its elements are.
#pragma once

#include <optional>

#include "io/hdf5/datatype.hpp"
#include "io/hdf5/messages.hpp"
#include "io/hdf5/object_kind.hpp"

namespace strata::io::hdf5 {

/// Keras's names are far shorter; the limit keeps names that overlap in a heap from costing time.
inline constexpr std::size_t kLongestName = 1024;

/// An entry of a group.
struct Link {
  std::string_view name;     ///< in the file's bytes
  std::uint64_t address;     ///< of the object's header
  std::string_view refused;  ///< what "the object must" be, if this only leads to one elsewhere
};

struct Attribute {
  std::string_view name;  ///< in the file's bytes
  Block message;
};

/// An attribute's type, shape and value.
struct AttributeParts {
  Datatype type;
  Dataspace space;
  Block value;
};

struct Object {
  ObjectKind kind = ObjectKind::kOther;
  std::vector<Attribute> attributes;  ///< in the order of their names
  /// What "the object must" do to be used, and what was received; empty if it can be used.
  std::string_view refused;
  std::string_view attributes_refused;  ///< the same for "the attributes must"
  std::optional<Block> datatype, dataspace, layout, filters;  ///< a dataset's messages
};

/// Reads the header at `address`, and the links if it is a group's: in the order of their names.
/// Claims all that belongs to the object, but for attributes' values in global heaps.
Object read_object(Blocks& blocks, const Origin& origin, std::uint64_t address,
                   std::vector<Link>& links);

AttributeParts read_attribute(const Origin& origin, const Attribute& attribute);

/// A name as short and plain as writers make them. Raises IoError.
void check_name(const Fields& fields, std::string_view name);

/// The links of a group of the old form: from the B-tree and the names' heap that its symbol table
/// message points to.
void read_symbol_table(Blocks& blocks, Fields message, std::vector<Link>& links);

/// Adds the link that a message of a group of the new form holds.
void read_link(MemoryBudget& budget, Fields message, std::vector<Link>& links);

/// The bytes of a dataset that is stored in one piece, where they should be `size`. Raises IoError.
Bytes stored_elements(const Blocks& blocks, const Origin& origin, const Object& object,
                      CheckedSize size);

}  // namespace strata::io::hdf5
