// Goes through all objects of a file without recursion, then looks them up by path.
#include "io/hdf5/tree.hpp"

#include <algorithm>

#include "io/hdf5/superblock.hpp"

namespace strata::io::hdf5 {
namespace {

// Takes the first name off a path.
std::string_view next_name(std::string_view& path) {
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  const std::string_view name = path.substr(0, path.find('/'));
  path.remove_prefix(name.size());
  return name;
}

template <class Named>
const Named* find_named(std::span<const Named> sorted, std::string_view name) {
  const auto found =
      std::lower_bound(sorted.begin(), sorted.end(), name,
                       [](const Named& a, std::string_view wanted) { return a.name < wanted; });
  return found != sorted.end() && found->name == name ? &*found : nullptr;
}

}  // namespace

Tree::Tree(Origin origin, Bytes file, MemoryBudget& budget)
    : origin_(std::move(origin)), blocks_(file, budget) {
  nodes_.push_back({{}, 0, 0, read_superblock(blocks_, origin_), {}});
  for (std::size_t i = 0; i < nodes_.size(); ++i) read_node(i);
  origin_.check(nodes_.front().object.kind == ObjectKind::kGroup,
                "the file's root must be a group. Received: another object.");
}

void Tree::read_node(std::size_t i) {
  if (!nodes_[i].object.refused.empty()) return;  // a link
  constexpr int kDeepest = 100;
  const Origin place = origin(nodes_[i]);
  std::vector<Link> links;
  nodes_[i].object = read_object(blocks_, place, nodes_[i].address, links);
  nodes_[i].first_child = nodes_.size();
  nodes_[i].child_count = links.size();
  const int depth = nodes_[i].depth + 1;
  place.check(links.empty() || depth <= kDeepest,
              "groups must be nested at most {} deep. Received: more.", kDeepest);
  blocks_.budget().take(place, "the group's objects",
                        CheckedSize(links.size()) * (2 * sizeof(Node)));
  for (const Link& link : links) {
    nodes_.push_back({link.name, i, depth, link.address, {}});
    nodes_.back().object.refused = link.refused;
  }
}

const Node* Tree::find(std::string_view path) const {
  const Node* node = &nodes_.front();
  for (std::string_view name; node != nullptr && !(name = next_name(path)).empty();) {
    node = find_named(children(*node), name);
  }
  return node;
}

const Node& Tree::get(std::string_view path) const {
  const Node* node = find(path);
  if (node == nullptr) origin_.raise("there must be an object '{}'. Received: none.", path);
  check_usable(*node);
  return *node;
}

void Tree::check_usable(const Node& node) const {
  const std::string_view refused = node.object.refused;
  origin(node).check(refused.empty(), "the object must {}", refused);
}

std::span<const Node> Tree::children(const Node& node) const {
  return std::span(nodes_).subspan(node.first_child, node.child_count);
}

const Attribute* Tree::find_attribute(const Node& node, std::string_view name) const {
  const std::string_view refused = node.object.attributes_refused;
  origin(node).check(refused.empty(), "the attributes must {}", refused);
  return find_named(std::span(node.object.attributes), name);
}

Origin Tree::origin(const Node& node) const {
  constexpr std::size_t kLongest = 200;  // of a path
  std::string path;
  for (const Node* at = &node; at->depth > 0; at = &nodes_[at->parent]) {
    if (path.size() > kLongest) {
      path = "/…" + path;
      break;
    }
    path = "/" + excerpt(at->name) + path;
  }
  return {origin_.who, origin_.name + path};
}

}  // namespace strata::io::hdf5
