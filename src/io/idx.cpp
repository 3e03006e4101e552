// Reads the header of IDX files, and the elements through the shared reader.
#include "strata/io/idx.hpp"

#include <array>

#include "io/elements.hpp"
#include "io/inflate_stream.hpp"

namespace strata::io {
namespace {

ElementType type_of(unsigned char code, const Origin& origin) {
  switch (code) {
    case 0x08:
      return ElementType::kUint8;
    case 0x09:
      return ElementType::kInt8;
    case 0x0B:
      return ElementType::kInt16;
    case 0x0C:
      return ElementType::kInt32;
    case 0x0D:
      return ElementType::kFloat32;
    case 0x0E:
      return ElementType::kFloat64;
  }
  origin.raise(
      "the third byte must name an IDX type: 0x08 (uint8), 0x09 (int8), 0x0b (int16), 0x0c "
      "(int32), 0x0d (float32) or 0x0e (float64). Received: {:#04x}.",
      code);
}

ArrayHeader read_header(ByteStream& stream) {
  const Origin& origin = stream.origin();
  std::array<unsigned char, 4> magic;
  read_exactly(stream, magic, "the IDX magic number");
  origin.check(magic[0] == 0 && magic[1] == 0,
               "an IDX file must begin with two zero bytes. Received: {:#04x} {:#04x}.", magic[0],
               magic[1]);
  ArrayHeader header{.shape = {}, .type = type_of(magic[2], origin), .big_endian = true};
  const int rank = magic[3];
  origin.check(rank >= 1 && rank <= Shape::kMaxRank,
               "the rank, the fourth byte, must lie in [1, {}]. Received: {}.", Shape::kMaxRank,
               rank);
  for (int axis = 0; axis < rank; ++axis) {
    std::array<unsigned char, 4> extent;
    read_exactly(stream, extent, "each extent of the IDX header");
    header.shape.append(std::int64_t{extent[0]} << 24 | extent[1] << 16 | extent[2] << 8 |
                        extent[3]);
  }
  return header;
}

}  // namespace

Tensor read_idx(const std::string& path, const IdxOptions& options) {
  InputFile file({"read_idx", path});
  const std::int64_t max_bytes = options.max_bytes.value_or(memory_limit(file.size()));
  const auto read_array = [&](ByteStream& stream) {
    const ArrayHeader header = read_header(stream);
    return read_elements(stream, header, max_bytes);
  };
  constexpr std::array<unsigned char, 2> kGzip{0x1F, 0x8B};
  if (!file.starts_with(kGzip)) return read_array(file);
  InflateStream unpacked(FilePart(file), InflateStream::Format::kGzip);
  return read_array(unpacked);
}

}  // namespace strata::io
