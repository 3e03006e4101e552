// Puts an object's messages together, and finds a dataset's elements.
#include "io/hdf5/object.hpp"

#include <algorithm>
#include <array>

namespace strata::io::hdf5 {
namespace {

constexpr std::string_view kAttribute = "the attribute message";

// Splits an attribute's message; the type and the space are still to be read.
struct RawAttribute {
  std::string_view name;
  bool shared;  // type or space are elsewhere
  Block type, space, value;
};

RawAttribute split_attribute(Fields message) {
  const unsigned version = message.version(1, 3);
  RawAttribute parts{};
  parts.shared = version > 1 && (message.byte() & 3) != 0;
  if (version == 1) message.skip(1);
  const std::uint64_t name = message.number(2);
  const std::uint64_t type = message.number(2);
  const std::uint64_t space = message.number(2);
  if (version == 3) message.skip(1);  // the name's character set
  const auto field = [&](std::uint64_t size) {
    const Block block = message.block(size);
    if (version == 1) message.skip((8 - size % 8) % 8);
    return block;
  };
  const Bytes text = field(name).bytes;
  message.check(!text.empty() && text.back() == 0, "have a name that ends with NUL");
  parts.name = {reinterpret_cast<const char*>(text.data()), text.size() - 1};
  parts.type = field(type);
  parts.space = field(space);
  parts.value = message.block(message.left());
  return parts;
}

// Whether a link info or attribute info message says that its items are kept outside of the header.
bool is_dense(Fields message, int index_size) {
  message.version(0, 0);
  const unsigned flags = message.byte();
  message.check(flags <= 3, "have no unknown flags. Received: {:#x}", flags);
  if ((flags & 1) != 0) message.skip(index_size);  // the highest creation index
  return message.number(8) != kNowhere;
}

template <class Named>
void sort_by_name(std::vector<Named>& items, const Origin& origin, std::string_view what) {
  std::sort(items.begin(), items.end(),
            [](const Named& a, const Named& b) { return a.name < b.name; });
  const auto twice = std::adjacent_find(
      items.begin(), items.end(), [](const Named& a, const Named& b) { return a.name == b.name; });
  if (twice == items.end()) return;
  origin.raise("{} must have names of their own. Received: '{}' twice.", what, twice->name);
}

// Puts one message after the other where it belongs.
class ObjectReader {
 public:
  ObjectReader(Blocks& blocks, const Origin& origin, std::vector<Link>& links)
      : blocks_(blocks), origin_(origin), links_(links) {}

  void add(const Message& message) {
    if (message.shared) {
      refuse("be described in its own header. Received: a committed datatype or shared message.");
      return;
    }
    switch (message.type) {
      case MessageType::kSymbolTable:
        make(ObjectKind::kGroup);
        read_symbol_table(blocks_, {origin_, "the symbol table message", message.body}, links_);
        break;
      case MessageType::kLinkInfo:
        make(ObjectKind::kGroup);
        if (is_dense({origin_, "the link info message", message.body}, 8)) {
          refuse("list its entries in its header or a symbol table. Received: a fractal heap.");
        }
        break;
      case MessageType::kLink:
        read_link(blocks_.budget(), {origin_, "the link message", message.body}, links_);
        break;
      case MessageType::kAttributeInfo:
        if (is_dense({origin_, "the attribute info message", message.body}, 2)) {
          object_.attributes_refused = "be in the object's header. Received: a fractal heap.";
        }
        break;
      case MessageType::kAttribute:
        add_attribute(message);
        break;
      case MessageType::kDatatype:
        set(object_.datatype, message);
        break;
      case MessageType::kDataspace:
        set(object_.dataspace, message);
        break;
      case MessageType::kFilters:
        set(object_.filters, message);
        break;
      case MessageType::kLayout:
        make(ObjectKind::kDataset);
        set(object_.layout, message);
        break;
      case MessageType::kExternalFiles:
        refuse("be stored in this file. Received: external files.");
        break;
      default:
        break;  // of no concern to a reader: times, fill values, comments
    }
  }

  Object finish() {
    const bool linked = links_.empty() || object_.kind == ObjectKind::kGroup;
    origin_.check(linked, "only groups must have links. Received: {} of them.", links_.size());
    sort_by_name(links_, origin_, "the group's entries");
    sort_by_name(object_.attributes, origin_, "the object's attributes");
    return std::move(object_);
  }

 private:
  void refuse(std::string_view rule) { object_.refused = rule; }

  void make(ObjectKind kind) {
    origin_.check(object_.kind == ObjectKind::kOther,
                  "an object must be one group or one dataset. Received: more in one header.");
    object_.kind = kind;
  }

  void set(std::optional<Block>& place, const Message& message) {
    origin_.check(!place.has_value(),
                  "an object must have one message of a type. Received: two of type {}.",
                  static_cast<unsigned>(message.type));
    place = message.body;
  }

  void add_attribute(const Message& message) {
    const Fields fields(origin_, kAttribute, message.body);
    const std::string_view name = split_attribute(fields).name;
    fields.check(name.size() <= kLongestName && name.find('\0') == name.npos, "have a plain name");
    blocks_.budget().take(origin_, "the attributes", 2 * sizeof(Attribute));
    object_.attributes.push_back({name, message.body});
  }

  Blocks& blocks_;
  const Origin& origin_;
  std::vector<Link>& links_;
  Object object_;
};

std::string_view name_of_filter(std::uint64_t id) {
  constexpr std::array<std::string_view, 7> kNames = {"no",   "gzip", "shuffle",     "fletcher32",
                                                      "szip", "nbit", "scale-offset"};
  return id < kNames.size() ? kNames[static_cast<std::size_t>(id)] : "a user's";
}

// How a dataset's elements are stored.
struct Layout {
  enum class Kind { kCompact, kContiguous, kChunked, kVirtual };

  Kind kind;
  Block inside;  // the elements of a compact dataset
  std::uint64_t address = kNowhere;
  std::uint64_t size = 0;
};

Layout read_layout(Fields message) {
  message.version(3, 5);
  const unsigned kind = message.byte();
  message.check(kind <= 3, "be of a known kind. Received: {}", kind);
  Layout layout{.kind = static_cast<Layout::Kind>(kind), .inside = {}};
  if (layout.kind == Layout::Kind::kCompact) {
    layout.size = message.number(2);
    layout.inside = message.block(layout.size);
  } else if (layout.kind == Layout::Kind::kContiguous) {
    layout.address = message.number(8);
    layout.size = message.number(8);
  }
  return layout;
}

constexpr std::string_view kLayout = "the layout message";
constexpr std::string_view kElements = "the elements";

}  // namespace

Object read_object(Blocks& blocks, const Origin& origin, std::uint64_t address,
                   std::vector<Link>& links) {
  Messages messages(blocks, origin, address);
  ObjectReader reader(blocks, origin, links);
  for (Message message{}; messages.next(message);) reader.add(message);
  Object object = reader.finish();
  if (object.layout) {
    const Layout layout = read_layout({origin, kLayout, *object.layout});
    if (layout.address != kNowhere) blocks.claim(origin, kElements, layout.address, layout.size);
  }
  return object;
}

AttributeParts read_attribute(const Origin& origin, const Attribute& attribute) {
  const RawAttribute raw = split_attribute({origin, kAttribute, attribute.message});
  origin.check(!raw.shared,
               "attribute '{}' must have a type and shape of its own. Received: a committed "
               "datatype or shared message.",
               raw.name);
  return {read_datatype({origin, "the attribute's datatype", raw.type}),
          read_dataspace({origin, "the attribute's dataspace", raw.space}), raw.value};
}

Bytes stored_elements(const Blocks& blocks, const Origin& origin, const Object& object,
                      CheckedSize size) {
  const Layout layout = read_layout({origin, kLayout, *object.layout});
  if (object.filters) {
    Fields filters(origin, "the filter message", *object.filters);
    const unsigned version = filters.version(1, 2);
    if (filters.byte() > 0) {
      filters.skip(version == 1 ? 6 : 0);
      origin.raise("the elements must be stored without filters. Received: the {} filter.",
                   name_of_filter(filters.number(2)));
    }
  }
  origin.check(layout.kind != Layout::Kind::kChunked,
               "the elements must be stored in one piece, as Keras does. Received: chunks.");
  origin.check(layout.kind != Layout::Kind::kVirtual,
               "the elements must be stored in this dataset. Received: a virtual dataset, which "
               "shows other files' elements.");
  const bool is_stored = layout.kind == Layout::Kind::kCompact || layout.address != kNowhere;
  origin.check(is_stored || size.is(0),
               "the elements must be stored. Received: {} bytes of nothing but the fill value.",
               size);
  origin.check(!is_stored || size.is(layout.size),
               "the stored elements must take the {} bytes that shape and type say. Received: {}.",
               size, layout.size);
  if (layout.address == kNowhere) return layout.inside.bytes;
  return blocks.at(origin, kElements, layout.address, size).block(size).bytes;
}

}  // namespace strata::io::hdf5
