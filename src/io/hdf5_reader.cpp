// Reads the datasets and attributes of an HDF5 file.
#include "io/hdf5_reader.hpp"

#include <bit>
#include <cstring>

#include "io/hdf5/global_heap.hpp"
#include "io/hdf5/tree.hpp"
#include "io/memory_stream.hpp"

namespace strata::io {

using hdf5::Datatype;

namespace {

std::string_view name_of(Hdf5File::Kind kind) {
  using enum hdf5::ObjectKind;
  return kind == kGroup ? "a group" : kind == kDataset ? "a dataset" : "a datatype or a link";
}

bool is_integer(const Datatype& type) {
  return type.kind == Datatype::Kind::kNumber && type.element < ElementType::kFloat16;
}

bool is_signed(ElementType type) {
  using enum ElementType;
  return type == kInt8 || type == kInt16 || type == kInt32 || type == kInt64;
}

std::vector<std::int64_t> integers_of(const Origin& origin, MemoryBudget& budget,
                                      const Datatype& type, hdf5::Bytes bytes) {
  const auto size = static_cast<std::size_t>(type.size);
  const std::size_t count = bytes.size() / size;
  budget.take(origin, "the integers", CheckedSize(count) * sizeof(std::int64_t));
  std::vector<std::int64_t> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    const hdf5::Bytes element = bytes.subspan(i * size, size);
    const unsigned char first = type.big_endian ? element.front() : element.back();
    const bool negative = is_signed(type.element) && first >= 0x80;
    std::uint64_t value = negative ? UINT64_MAX : 0;
    for (std::size_t k = 0; k < size; ++k) {
      value = value << 8 | element[type.big_endian ? k : size - 1 - k];
    }
    origin.check(negative || std::in_range<std::int64_t>(value),
                 "integers must be below 2^63. Received: {}.", value);
    values[i] = std::bit_cast<std::int64_t>(value);
  }
  return values;
}

std::string fixed_text(const Datatype& type, hdf5::Bytes bytes) {
  std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  text.erase(text.find_last_not_of(type.space_padded ? ' ' : '\0') + 1);
  return text;
}

}  // namespace

class Hdf5File::Contents {
 public:
  Contents(Origin origin, hdf5::Bytes bytes, MemoryBudget& budget)
      : tree(std::move(origin), bytes, budget), heaps(tree.blocks()) {}

  MemoryBudget& budget() { return tree.blocks().budget(); }

  hdf5::AttributeParts attribute(const hdf5::Node& node, std::string_view name) const {
    const hdf5::Attribute* found = tree.find_attribute(node, name);
    const Origin place = tree.origin(node);
    if (found == nullptr) place.raise("there must be an attribute '{}'. Received: none.", name);
    hdf5::AttributeParts parts = hdf5::read_attribute(place, *found);
    const CheckedSize size = parts.space.count() * parts.type.size;
    place.check(size.fits(parts.value.bytes.size()),
                "attribute '{}' must hold its shape {} of {}. Received: {} bytes.", name,
                parts.space.text(), parts.type.name, parts.value.bytes.size());
    parts.value.bytes = parts.value.bytes.first(size.as<std::size_t>(place, name));
    return parts;
  }

  std::vector<std::string> texts(const hdf5::Node& node, std::string_view name) {
    const Origin place = tree.origin(node);
    const hdf5::AttributeParts parts = this->attribute(node, name);
    const CheckedSize count = parts.space.count();
    if (count.is(0)) return {};  // h5py makes an empty list an array of floats
    const Datatype& type = parts.type;
    const bool is_fixed = type.kind == Datatype::Kind::kFixedText && type.size > 0;
    place.check(is_fixed || type.kind == Datatype::Kind::kVariableText,
                "attribute '{}' must hold strings. Received: {}.", name, type.name);
    budget().take(place, "the strings", count * sizeof(std::string));
    std::vector<std::string> texts(count.as<std::size_t>(place, "the strings"));
    hdf5::Fields elements(place, "the attribute's value", parts.value);
    for (std::string& text : texts) {
      if (is_fixed) {
        budget().take(place, "the strings", type.size);
        text = fixed_text(type, elements.block(type.size).bytes);
      } else {
        const std::string_view stored = heaps.text(elements);
        budget().take(place, "the strings", stored.size());
        text = stored;
      }
      place.check(text.find('\0') == text.npos,
                  "attribute '{}' must hold strings without NUL. Received: '{}'.", name, text);
    }
    return texts;
  }

  struct Dataset {
    ArrayHeader header;
    Datatype type;
    hdf5::Bytes bytes;
    Origin origin;
  };

  Dataset dataset(std::string_view path) {
    const hdf5::Node& node = tree.get(path);
    const hdf5::Object& object = node.object;
    Origin place = tree.origin(node);
    place.check(object.kind == Kind::kDataset, "the object must be a dataset. Received: {}.",
                name_of(object.kind));
    place.check(object.datatype && object.dataspace,
                "a dataset must have a type and a shape. Received: no message of them.");
    Datatype type = hdf5::read_datatype({place, "the datatype", *object.datatype});
    if (is_keras_bfloat16(node, type)) {
      type.kind = Datatype::Kind::kNumber;
      type.element = ElementType::kBfloat16;
    }
    place.check<Unrepresentable>(
        type.kind == Datatype::Kind::kNumber,
        "the elements must be integers, bools or IEEE floats. Received: {}.", type.name);
    const hdf5::Dataspace space = hdf5::read_dataspace({place, "the dataspace", *object.dataspace});
    place.check(space.has_elements, "the dataset must have a shape. Received: none.");
    place.check(space.extents.size() <= Shape::kMaxRank,
                "the shape must have at most {} axes. Received: shape={}.", Shape::kMaxRank,
                space.text());
    const CheckedSize size = space.count() * type.size;
    place.check(size.fits(INT64_MAX),
                "the elements must be countable in 64 bits. Received: shape={}.", space.text());
    ArrayHeader header{.shape = {}, .type = type.element, .big_endian = type.big_endian};
    for (const std::uint64_t extent : space.extents) {
      header.shape.append(CheckedSize(extent).as<std::int64_t>(place, "the extents"));
    }
    const hdf5::Bytes bytes = hdf5::stored_elements(tree.blocks(), place, object, size);
    return {header, std::move(type), bytes, std::move(place)};
  }

  // HDF5 has no name for this type: Keras stores its bytes, and says what they are.
  bool is_keras_bfloat16(const hdf5::Node& node, const Datatype& type) {
    constexpr std::string_view kName = "dtype";
    return type.kind == Datatype::Kind::kOpaque && type.size == 2 &&
           tree.find_attribute(node, kName) != nullptr &&
           texts(node, kName) == std::vector<std::string>{"bfloat16"};
  }

  hdf5::Tree tree;
  hdf5::GlobalHeaps heaps;
};

Hdf5File::Hdf5File(Origin origin, std::span<const unsigned char> bytes, MemoryBudget& budget)
    : contents_(std::make_unique<Contents>(std::move(origin), bytes, budget)) {}
Hdf5File::~Hdf5File() = default;

bool Hdf5File::has(std::string_view path) const { return contents_->tree.find(path) != nullptr; }

Hdf5File::Kind Hdf5File::kind(std::string_view path) const {
  return contents_->tree.get(path).object.kind;
}

std::vector<Hdf5File::Entry> Hdf5File::entries(std::string_view group) const {
  const hdf5::Node& node = contents_->tree.get(group);
  const Origin place = contents_->tree.origin(node);
  place.check(node.object.kind == Kind::kGroup, "the object must be a group. Received: {}.",
              name_of(node.object.kind));
  contents_->budget().take(place, "the entries", CheckedSize(node.child_count) * sizeof(Entry));
  std::vector<Entry> entries;
  entries.reserve(node.child_count);
  for (const hdf5::Node& child : contents_->tree.children(node)) {
    if (child.address == hdf5::kNowhere) contents_->tree.check_usable(child);
    entries.push_back({child.name, child.object.kind});
  }
  return entries;
}

bool Hdf5File::has_attribute(std::string_view path, std::string_view name) const {
  return contents_->tree.find_attribute(contents_->tree.get(path), name) != nullptr;
}

std::vector<std::string_view> Hdf5File::attributes(std::string_view path) const {
  const hdf5::Node& node = contents_->tree.get(path);
  contents_->tree.find_attribute(node, {});  // refuses what can't be listed
  std::vector<std::string_view> names;
  for (const hdf5::Attribute& attribute : node.object.attributes) names.push_back(attribute.name);
  return names;
}

std::vector<std::string> Hdf5File::texts(std::string_view path, std::string_view attribute) {
  return contents_->texts(contents_->tree.get(path), attribute);
}

std::string Hdf5File::text(std::string_view path, std::string_view attribute) {
  std::vector<std::string> all = texts(path, attribute);
  contents_->tree.origin(contents_->tree.get(path))
      .check(all.size() == 1, "attribute '{}' must be one string. Received: {} of them.", attribute,
             all.size());
  return std::move(all.front());
}

std::vector<std::int64_t> Hdf5File::integers(std::string_view path,
                                             std::string_view attribute) const {
  const hdf5::Node& node = contents_->tree.get(path);
  const hdf5::AttributeParts parts = contents_->attribute(node, attribute);
  const Origin place = contents_->tree.origin(node);
  place.check(is_integer(parts.type), "attribute '{}' must hold integers. Received: {}.", attribute,
              parts.type.name);
  return integers_of(place, contents_->budget(), parts.type, parts.value.bytes);
}

ArrayHeader Hdf5File::header(std::string_view dataset) const {
  return contents_->dataset(dataset).header;
}

Tensor Hdf5File::read(std::string_view dataset) {
  const auto [header, type, bytes, place] = contents_->dataset(dataset);
  const CheckedSize count = bytes.size() / static_cast<std::size_t>(type.size);
  contents_->budget().take(place, "the tensor", count * sizeof(float));
  constexpr bool kBigEndian = std::endian::native == std::endian::big;
  if (header.type == ElementType::kFloat32 && header.big_endian == kBigEndian) {
    Tensor result = TensorAccess::uninitialized(header.shape);
    if (!bytes.empty()) std::memcpy(TensorAccess::data(result), bytes.data(), bytes.size());
    return result;
  }
  MemoryStream stream(place, bytes);
  return read_elements(stream, header, INT64_MAX);
}

std::vector<std::int64_t> Hdf5File::read_integers(std::string_view dataset) {
  const auto [header, type, bytes, place] = contents_->dataset(dataset);
  place.check(is_integer(type), "the elements must be integers. Received: {}.", type.name);
  return integers_of(place, contents_->budget(), type, bytes);
}

}  // namespace strata::io
