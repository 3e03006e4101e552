// The entries of HDF5 groups: symbol tables of the old form, link messages of the new one.
#include "io/hdf5/object.hpp"

namespace strata::io::hdf5 {
namespace {

constexpr std::string_view kSoftLink = "be in the group itself. Received: a soft link.";
constexpr std::string_view kExternalLink = "be in this file. Received: an external link.";
constexpr std::string_view kUserLink = "be in this file. Received: a user-defined link.";

std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void add_link(MemoryBudget& budget, const Fields& fields, const Link& link,
              std::vector<Link>& links) {
  check_name(fields, link.name);
  budget.take(fields.origin(), "the group's entries", 2 * sizeof(Link));  // vectors grow in steps
  links.push_back(link);
}

// The heap that holds a group's names. They lie anywhere in it, and end with NUL.
class NameHeap {
 public:
  NameHeap(Blocks& blocks, const Origin& origin, std::uint64_t address)
      : names_(open(blocks, origin, address)) {}

  std::string_view name(std::uint64_t offset) {
    Fields fields = names_;
    fields.skip(offset);
    const std::string_view rest =
        text_of(fields.block(std::min(fields.left(), kLongestName + 1)).bytes);
    const std::size_t end = rest.find('\0');
    names_.check(end != rest.npos, "end names within {} bytes. Received: no NUL from byte {} on",
                 kLongestName, offset);
    return rest.substr(0, end);
  }

 private:
  static Fields open(Blocks& blocks, const Origin& origin, std::uint64_t address) {
    Fields header = blocks.claim(origin, "the local heap", address, 32);
    header.expect("HEAP");
    header.version(0, 0);
    header.skip(3);
    const std::uint64_t size = header.number(8);
    header.skip(8);  // where free space begins
    return blocks.claim(origin, "the names of a group", header.number(8), size);
  }

  Fields names_;
};

// A leaf of the tree: the entries themselves.
void read_symbols(Blocks& blocks, const Origin& origin, std::uint64_t address, NameHeap& names,
                  std::vector<Link>& links) {
  constexpr std::string_view kNode = "the symbol table node";
  constexpr int kHead = 8;
  constexpr int kEntry = 40;
  Fields head = blocks.at(origin, kNode, address, kHead);
  head.expect("SNOD");
  head.version(1, 1);
  head.skip(1);
  const std::uint64_t count = head.number(2);
  Fields node = blocks.claim(origin, kNode, address, CheckedSize(count) * kEntry + kHead);
  node.skip(kHead);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string_view name = names.name(node.number(8));
    const std::uint64_t header = node.number(8);
    const std::uint64_t cached = node.number(4);  // 0: nothing, 1: a group's tree, 2: a soft link
    node.check(cached <= 2, "cache nothing unknown. Received: {}", cached);
    node.skip(20);
    const Link link = cached == 2 ? Link{name, kNowhere, kSoftLink} : Link{name, header, {}};
    add_link(blocks.budget(), node, link, links);
  }
}

}  // namespace

void check_name(const Fields& fields, std::string_view name) {
  fields.check(name.size() <= kLongestName, "have names of at most {} bytes. Received: {} bytes",
               kLongestName, name.size());
  const bool plain = !name.empty() && name != "." && name != ".." && name.find('\0') == name.npos &&
                     name.find('/') == name.npos;
  fields.check(plain, "have plain names. Received: '{}'", name);
}

void read_symbol_table(Blocks& blocks, Fields message, std::vector<Link>& links) {
  constexpr std::string_view kNode = "the B-tree node";
  constexpr int kHead = 24;
  constexpr unsigned kMostLevels = 16;
  struct Node {
    std::uint64_t address;
    unsigned level;
  };
  const Origin& origin = message.origin();
  const std::uint64_t root = message.number(8);
  NameHeap names(blocks, origin, message.number(8));
  std::vector<Node> pending;
  const auto open = [&](std::uint64_t address, std::optional<unsigned> level) {
    Fields head = blocks.at(origin, kNode, address, kHead);
    head.expect("TREE");
    const unsigned type = head.byte();
    head.check(type == 0, "be of a group. Received: type {}", type);
    const unsigned found = head.byte();
    head.check(found == level.value_or(found) && found < kMostLevels,
               "be of the level below its parent's, and below {}. Received: {}", kMostLevels,
               found);
    const std::uint64_t count = head.number(2);
    Fields node = blocks.claim(origin, kNode, address, CheckedSize(count) * 16 + (kHead + 8));
    node.skip(kHead);
    blocks.budget().take(origin, kNode, CheckedSize(count) * (2 * sizeof(Node)));
    for (std::uint64_t i = 0; i < count; ++i) {
      node.skip(8);  // the key: names are compared instead
      pending.push_back({node.number(8), found});
    }
  };
  open(root, {});
  while (!pending.empty()) {
    const Node child = pending.back();
    pending.pop_back();
    if (child.level == 0) {
      read_symbols(blocks, origin, child.address, names, links);
    } else {
      open(child.address, child.level - 1);
    }
  }
}

void read_link(MemoryBudget& budget, Fields message, std::vector<Link>& links) {
  message.version(1, 1);
  const unsigned flags = message.byte();
  message.check(flags < 0x20, "have no unknown flags. Received: {:#x}", flags);
  const unsigned type = (flags & 8) != 0 ? message.byte() : 0;
  if ((flags & 4) != 0) message.skip(8);     // creation order
  if ((flags & 0x10) != 0) message.skip(1);  // the name's character set
  const std::uint64_t length = message.number(1 << (flags & 3));
  Link link{text_of(message.block(length).bytes), kNowhere, {}};
  if (type == 0) {
    link.address = message.number(8);
  } else {
    link.refused = type == 1 ? kSoftLink : type == 64 ? kExternalLink : kUserLink;
  }
  add_link(budget, message, link, links);
}

}  // namespace strata::io::hdf5
