// The objects of an HDF5 file by path.
#pragma once

#include "io/hdf5/object.hpp"

namespace strata::io::hdf5 {

/// An object with its place among the others.
struct Node {
  std::string_view name;
  std::size_t parent;  ///< the root is its own
  int depth;
  std::uint64_t address;  ///< of its header; nowhere if this is a link that is not followed
  Object object;
  std::size_t first_child = 0;  ///< children are consecutive, in the order of their names
  std::size_t child_count = 0;
};

class Tree {
 public:
  /// Reads every object of the file, group by group. Bytes and budget outlive the tree.
  Tree(Origin origin, Bytes file, MemoryBudget& budget);

  /// Null where there is none.
  const Node* find(std::string_view path) const;
  /// Raises IoError where there is none that can be used.
  const Node& get(std::string_view path) const;
  void check_usable(const Node& node) const;
  std::span<const Node> children(const Node& node) const;
  /// Null where there is none. Raises IoError if attributes are kept where they are not read.
  const Attribute* find_attribute(const Node& node, std::string_view name) const;

  /// Whose errors name the object.
  Origin origin(const Node& node) const;
  Blocks& blocks() { return blocks_; }

 private:
  void read_node(std::size_t i);

  Origin origin_;
  Blocks blocks_;
  std::vector<Node> nodes_;  // the root is the first
};

}  // namespace strata::io::hdf5
