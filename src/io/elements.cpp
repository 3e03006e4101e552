// Converts the elements of files, in chunks, to float32 in row-major order.
#include "io/elements.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cfloat>
#include <cmath>
#include <cstring>
#include <vector>

#include "io/checked_size.hpp"
#include "tensor/format.hpp"

namespace strata::io {
namespace {

constexpr std::int64_t kLargestWhole = 1 << 24;  // float32 is exact up to here

/// IEEE 754 binary16, by its bits.
struct Float16 {
  std::uint16_t bits;

  explicit operator float() const {
    const std::uint32_t sign = (bits & 0x8000u) << 16;
    const std::uint32_t exponent = bits >> 10 & 0x1F;
    const std::uint32_t fraction = bits & 0x3FF;
    if (exponent == 0) {  // zero, or a number below 2^-14, whose unit is 2^-24
      const float size = static_cast<float>(fraction) * 0x1p-24f;
      return sign == 0 ? size : -size;
    }
    // Infinity and NaN keep the highest exponent; others move from a bias of 15 to one of 127.
    const std::uint32_t moved = exponent == 0x1F ? 0xFF : exponent + 112;
    return std::bit_cast<float>(sign | moved << 23 | fraction << 13);
  }
};

/// The upper half of a float32.
struct Bfloat16 {
  std::uint16_t bits;

  explicit operator float() const { return std::bit_cast<float>(std::uint32_t{bits} << 16); }
};

/// A byte that is 0 or 1.
struct Bool {
  unsigned char byte;

  explicit operator float() const { return byte; }
};

template <class T>
bool fits_float(T value) {
  if constexpr (std::is_same_v<T, double>) {
    return !std::isfinite(value) || std::abs(value) <= FLT_MAX;
  } else if constexpr (std::is_integral_v<T>) {
    return std::cmp_less_equal(value, kLargestWhole) &&
           std::cmp_greater_equal(value, -kLargestWhole);
  } else {
    return true;
  }
}

template <class T>
void check_element(T value, const Origin& origin, std::int64_t index) {
  if constexpr (std::is_same_v<T, Bool>) {
    origin.check(value.byte <= 1, "truth values must be 0 or 1. Received: {} at index {}.",
                 value.byte, index);
  } else if constexpr (std::is_arithmetic_v<T>) {
    origin.check<Unrepresentable>(
        fits_float(value),
        "numbers must fit float32, whole ones exactly. Received: {} at index {}.", value, index);
  }
}

template <class T>
T element_at(const unsigned char* bytes, bool swapped) {
  std::array<unsigned char, sizeof(T)> raw;
  std::memcpy(raw.data(), bytes, sizeof(T));
  if (swapped) std::reverse(raw.begin(), raw.end());
  return std::bit_cast<T>(raw);
}

bool is_swapped(const ArrayHeader& header) {
  return header.big_endian != (std::endian::native == std::endian::big);
}

template <class T>
void decode(std::span<const unsigned char> bytes, const ArrayHeader& header, const Origin& origin,
            std::int64_t first, float* out) {
  const bool swapped = is_swapped(header);
  for (std::size_t i = 0; i < bytes.size() / sizeof(T); ++i) {
    const T value = element_at<T>(bytes.data() + i * sizeof(T), swapped);
    check_element(value, origin, first + static_cast<std::int64_t>(i));
    out[i] = static_cast<float>(value);
  }
}

using Decode = void (*)(std::span<const unsigned char>, const ArrayHeader&, const Origin&,
                        std::int64_t, float*);

struct TypeEntry {
  std::string_view name;
  std::int64_t size;
  Decode decode;
};

constexpr std::array<TypeEntry, 13> kTypes{{{"bool", 1, decode<Bool>},
                                            {"uint8", 1, decode<std::uint8_t>},
                                            {"int8", 1, decode<std::int8_t>},
                                            {"uint16", 2, decode<std::uint16_t>},
                                            {"int16", 2, decode<std::int16_t>},
                                            {"uint32", 4, decode<std::uint32_t>},
                                            {"int32", 4, decode<std::int32_t>},
                                            {"uint64", 8, decode<std::uint64_t>},
                                            {"int64", 8, decode<std::int64_t>},
                                            {"float16", 2, decode<Float16>},
                                            {"bfloat16", 2, decode<Bfloat16>},
                                            {"float32", 4, decode<float>},
                                            {"float64", 8, decode<double>}}};

const TypeEntry& entry(ElementType type) { return kTypes[static_cast<std::size_t>(type)]; }

/// Goes over the elements of a column-major array in the file's order, and tells where each lies in
/// row-major order.
class ColumnMajorOrder {
 public:
  explicit ColumnMajorOrder(const Shape& shape) : shape_(shape) {
    std::int64_t stride = 1;
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      strides_[axis] = stride;
      stride *= shape[axis];
    }
  }

  std::int64_t next() {
    const std::int64_t offset = offset_;
    for (int axis = 0; axis < shape_.rank(); ++axis) {
      offset_ += strides_[axis];
      if (++index_[axis] < shape_[axis]) break;
      offset_ -= strides_[axis] * shape_[axis];
      index_[axis] = 0;
    }
    return offset;
  }

 private:
  Shape shape_;
  std::int64_t offset_ = 0;
  std::int64_t strides_[Shape::kMaxRank] = {};
  std::int64_t index_[Shape::kMaxRank] = {};
};

/// Whether column-major order differs from row-major: with more than one axis to walk along.
bool is_transposed(const ArrayHeader& header) {
  return header.column_major && std::count_if(header.shape.begin(), header.shape.end(),
                                              [](std::int64_t extent) { return extent != 1; }) > 1;
}

/// Fills `out`, else raises IoError: `done` of the array's `bytes` were read before.
void read_part(ByteStream& stream, const ArrayHeader& header, std::int64_t done, std::int64_t bytes,
               std::span<unsigned char> out) {
  const std::size_t got = stream.read(out);
  stream.origin().check(
      got == out.size(), "shape={} of {} takes {} bytes. Received: {} bytes, then the end.",
      header.shape, name_of(header.type), bytes, done + static_cast<std::int64_t>(got));
}

void read_converted(ByteStream& stream, const ArrayHeader& header, std::int64_t bytes, float* out) {
  constexpr std::int64_t kChunk = 1 << 16;
  const std::int64_t size = size_of(header.type);
  std::vector<unsigned char> chunk(static_cast<std::size_t>(std::min(bytes, kChunk)));
  const bool transposed = is_transposed(header);
  std::vector<float> column_major(transposed ? chunk.size() / static_cast<std::size_t>(size) : 0);
  ColumnMajorOrder order(header.shape);
  for (std::int64_t done = 0; done < bytes;) {
    const auto part = std::span(chunk).first(
        static_cast<std::size_t>(std::min<std::int64_t>(kChunk, bytes - done)));
    read_part(stream, header, done, bytes, part);
    const std::int64_t first = done / size;
    const std::size_t count = part.size() / static_cast<std::size_t>(size);
    float* const target = transposed ? column_major.data() : out + first;
    entry(header.type).decode(part, header, stream.origin(), first, target);
    if (transposed) {
      for (std::size_t i = 0; i < count; ++i) out[order.next()] = column_major[i];
    }
    done += static_cast<std::int64_t>(part.size());
  }
}

}  // namespace

std::int64_t size_of(ElementType type) { return entry(type).size; }
std::string_view name_of(ElementType type) { return entry(type).name; }

std::int64_t checked_size(const ArrayHeader& header, const ByteStream& stream,
                          std::int64_t max_bytes) {
  const Origin& origin = stream.origin();
  CheckedSize count = 1;
  CheckedSize strides = 1;  // as if no extent was 0, so that an array's strides can be counted too
  for (const std::int64_t extent : header.shape) {
    count *= extent;
    strides *= std::max<std::int64_t>(extent, 1);
  }
  // Eight bytes are the most that an element takes, in the file and in memory.
  origin.check((count * 8).fits(INT64_MAX) && (strides * 8).fits(INT64_MAX),
               "the elements must be countable in 64 bits. Received: shape={}.", header.shape);
  const CheckedSize bytes = count * size_of(header.type);
  origin.check(bytes.fits(stream.most_left()),
               "the elements must be in the file: shape={} of {} takes {} bytes. Received: at most "
               "{} bytes.",
               header.shape, name_of(header.type), bytes, stream.most_left());
  const CheckedSize memory = count * sizeof(float);
  origin.check(memory.fits(max_bytes),
               "the elements must fit the memory limit of {} bytes; max_bytes sets another. "
               "Received: shape={}, which takes {} bytes.",
               max_bytes, header.shape, memory);
  return bytes.as<std::int64_t>(origin, "the elements' bytes");
}

Tensor read_elements(ByteStream& stream, const ArrayHeader& header, std::int64_t max_bytes) {
  const std::int64_t bytes = checked_size(header, stream, max_bytes);
  Tensor result = TensorAccess::uninitialized(header.shape);
  float* const out = TensorAccess::data(result);
  if (header.type == ElementType::kFloat32 && !is_swapped(header) && !is_transposed(header)) {
    const std::span memory(reinterpret_cast<unsigned char*>(out), static_cast<std::size_t>(bytes));
    read_part(stream, header, 0, bytes, memory);
  } else {
    read_converted(stream, header, bytes, out);
  }
  expect_end(stream);
  return result;
}

std::span<const unsigned char> bytes_of(const Tensor& tensor) {
  static_assert(std::endian::native == std::endian::little, "files are written from memory as is");
  return {reinterpret_cast<const unsigned char*>(tensor.data()),
          static_cast<std::size_t>(tensor.size()) * sizeof(float)};
}

}  // namespace strata::io
