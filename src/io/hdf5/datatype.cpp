// Reads the datatype and dataspace messages.
#include "io/hdf5/datatype.hpp"

#include <array>
#include <optional>

#include "tensor/format.hpp"

namespace strata::io::hdf5 {
namespace {

constexpr std::array<std::string_view, 12> kClasses = {
    "integer",  "float",     "time", "string",          "bitfield", "opaque",
    "compound", "reference", "enum", "variable-length", "array",    "complex"};

// The numbers of the datatype message that fix how a float is laid out.
struct FloatLayout {
  std::uint64_t size, precision, sign, exponent, exponent_size, mantissa, mantissa_size, bias;
  friend bool operator==(const FloatLayout&, const FloatLayout&) = default;
};

struct KnownFloat {
  FloatLayout layout;
  ElementType type;
};

constexpr std::array<KnownFloat, 4> kFloats{
    {{{2, 16, 15, 10, 5, 0, 10, 15}, ElementType::kFloat16},
     {{2, 16, 15, 7, 8, 0, 7, 127}, ElementType::kBfloat16},
     {{4, 32, 31, 23, 8, 0, 23, 127}, ElementType::kFloat32},
     {{8, 64, 63, 52, 11, 0, 52, 1023}, ElementType::kFloat64}}};

void make_number(Datatype& type, ElementType element, bool big_endian) {
  type.kind = Datatype::Kind::kNumber;
  type.element = element;
  type.big_endian = big_endian;
  type.name = fmt::format("{}{}", big_endian ? "big-endian " : "", name_of(element));
}

void read_integer(Fields& fields, std::uint64_t bits, Datatype& type) {
  using enum ElementType;
  constexpr std::array<std::array<ElementType, 2>, 4> kIntegers{
      {{kUint8, kInt8}, {kUint16, kInt16}, {kUint32, kInt32}, {kUint64, kInt64}}};
  const std::uint64_t offset = fields.number(2);
  const std::uint64_t precision = fields.number(2);
  type.name = fmt::format("integer of {} bits in {} bytes", precision, type.size);
  if (offset != 0 || precision != 8 * type.size) return;
  for (std::size_t i = 0; i < kIntegers.size(); ++i) {
    const bool is_signed = (bits & 8) != 0;
    if (type.size == std::uint64_t{1} << i) {
      make_number(type, kIntegers[i][is_signed ? 1 : 0], (bits & 1) != 0);
    }
  }
}

void read_float(Fields& fields, std::uint64_t bits, Datatype& type) {
  const std::uint64_t offset = fields.number(2);
  FloatLayout layout{};
  layout.size = type.size;
  layout.sign = bits >> 8 & 0xFF;
  layout.precision = fields.number(2);
  layout.exponent = fields.number(1);
  layout.exponent_size = fields.number(1);
  layout.mantissa = fields.number(1);
  layout.mantissa_size = fields.number(1);
  layout.bias = fields.number(4);
  type.name = fmt::format("float of {} bits, not of IEEE 754's layout", layout.precision);
  const std::uint64_t order = (bits >> 5 & 2) | (bits & 1);  // 0 little, 1 big, 3 VAX
  const std::uint64_t normalization = bits >> 4 & 3;         // 2: the leading 1 is implied
  if (offset != 0 || order > 1 || normalization != 2) return;
  for (const KnownFloat& known : kFloats) {
    if (layout == known.layout) make_number(type, known.type, order == 1);
  }
}

// h5py's bool: an enum of int8 with the members FALSE = 0 and TRUE = 1.
bool is_bool(Fields fields, std::uint64_t members, unsigned version) {
  Fields base = fields;
  const std::uint64_t class_and_bits = base.number(4);
  if (members != 2 || (class_and_bits & 0x0F) != 0 || base.number(4) != 1) return false;
  fields.skip(12);
  for (const std::string_view name : {"FALSE", "TRUE"}) {
    const std::size_t padded = version < 3 ? 8 : name.size() + 1;
    if (fields.left() < padded + 2) return false;
    const Bytes bytes = fields.block(padded).bytes;
    if (!std::equal(name.begin(), name.end(), bytes.begin()) || bytes[name.size()] != 0) {
      return false;
    }
  }
  return fields.number(1) == 0 && fields.number(1) == 1;
}

}  // namespace

Datatype read_datatype(Fields fields) {
  using enum Datatype::Kind;
  const unsigned first = fields.byte();
  const unsigned type_class = first & 0x0F;
  const unsigned version = first >> 4;
  fields.check(version >= 1 && version <= 5, "be of a version from 1 to 5. Received: {}", version);
  const std::uint64_t bits = fields.number(3);
  Datatype type;
  type.name = type_class < kClasses.size() ? kClasses[type_class] : "unknown";
  type.size = fields.number(4);
  if (type_class == 0) {
    read_integer(fields, bits, type);
  } else if (type_class == 1) {
    read_float(fields, bits, type);
  } else if (type_class == 3) {
    type.kind = kFixedText;
    type.space_padded = (bits & 0x0F) == 2;
  } else if (type_class == 5) {
    type.kind = kOpaque;
  } else if (type_class == 8 && type.size == 1 && is_bool(fields, bits & 0xFFFF, version)) {
    make_number(type, ElementType::kBool, false);
  } else if (type_class == 9 && (bits & 0x0F) == 1 && type.size == 16) {
    type.kind = kVariableText;
    type.name = "variable-length string";
  }
  return type;
}

CheckedSize Dataspace::count() const {
  CheckedSize count = has_elements ? 1 : 0;
  for (const std::uint64_t extent : extents) count *= extent;
  return count;
}

std::string Dataspace::text() const {
  if (!has_elements) return "empty";
  return fmt::format("({}{})", fmt::join(extents, ", "), extents.size() == 1 ? "," : "");
}

Dataspace read_dataspace(Fields fields) {
  const unsigned version = fields.version(1, 2);
  const unsigned rank = fields.byte();
  constexpr unsigned kHighestRank = 32;  // HDF5's own
  fields.check(rank <= kHighestRank, "have at most {} axes. Received: {}", kHighestRank, rank);
  const unsigned flags = fields.byte();
  fields.check(flags <= 1, "have no unknown flags. Received: {:#x}", flags);
  Dataspace space;
  if (version == 1) {
    fields.skip(5);
  } else {
    const unsigned kind = fields.byte();  // 0: a scalar, 1: an array, 2: nothing
    fields.check(kind <= 2 && (kind == 1 || rank == 0), "be of a known kind. Received: {}", kind);
    space.has_elements = kind != 2;
  }
  for (unsigned i = 0; i < rank; ++i) space.extents.push_back(fields.number(8));
  for (unsigned i = 0; i < rank && flags == 1; ++i) {
    const std::uint64_t most = fields.number(8);
    fields.check(space.extents[i] <= most, "have extents of at most {} on axis {}. Received: {}",
                 most, i, space.extents[i]);
  }
  return space;
}

}  // namespace strata::io::hdf5
