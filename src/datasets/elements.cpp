#include "datasets/elements.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cfloat>
#include <cmath>
#include <cstring>
#include <vector>

#include "tensor/format.hpp"

namespace strata::datasets {
namespace {

constexpr std::int64_t kLargestWhole = 1 << 24;  // float32 is exact up to here

template <class T>
bool fits_float(T value) {
  if constexpr (std::is_same_v<T, double>) {
    return !std::isfinite(value) || std::abs(value) <= FLT_MAX;
  } else if constexpr (std::is_unsigned_v<T>) {
    return value <= static_cast<std::uint64_t>(kLargestWhole);
  } else if constexpr (std::is_integral_v<T>) {
    return -kLargestWhole <= value && value <= kLargestWhole;
  } else {
    return true;
  }
}

template <class T>
T element_at(const unsigned char* bytes, bool swapped) {
  std::array<unsigned char, sizeof(T)> raw;
  std::memcpy(raw.data(), bytes, sizeof(T));
  if (swapped) std::reverse(raw.begin(), raw.end());
  return std::bit_cast<T>(raw);
}

template <class T>
void decode(std::span<const unsigned char> bytes, const ArrayHeader& header, const Origin& origin,
            std::int64_t first, float* out) {
  const bool swapped = header.big_endian != (std::endian::native == std::endian::big);
  for (std::size_t i = 0; i < bytes.size() / sizeof(T); ++i) {
    const T value = element_at<T>(bytes.data() + i * sizeof(T), swapped);
    if (!fits_float(value)) {
      origin.raise("numbers must fit float32, whole ones exactly. Received: {} at index {}.", value,
                   first + static_cast<std::int64_t>(i));
    }
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

constexpr std::array<TypeEntry, 10> kTypes{{{"uint8", 1, decode<std::uint8_t>},
                                            {"int8", 1, decode<std::int8_t>},
                                            {"uint16", 2, decode<std::uint16_t>},
                                            {"int16", 2, decode<std::int16_t>},
                                            {"uint32", 4, decode<std::uint32_t>},
                                            {"int32", 4, decode<std::int32_t>},
                                            {"uint64", 8, decode<std::uint64_t>},
                                            {"int64", 8, decode<std::int64_t>},
                                            {"float32", 4, decode<float>},
                                            {"float64", 8, decode<double>}}};

const TypeEntry& entry(ElementType type) { return kTypes[static_cast<std::size_t>(type)]; }

}  // namespace

std::int64_t size_of(ElementType type) { return entry(type).size; }
std::string_view name_of(ElementType type) { return entry(type).name; }

std::int64_t checked_size(const ArrayHeader& header, const ByteStream& stream,
                          std::int64_t max_bytes) {
  const Origin& origin = stream.origin();
  std::int64_t count = 1;
  std::int64_t bytes = 0;
  bool overflows = false;
  for (const std::int64_t extent : header.shape) {
    overflows = overflows || __builtin_mul_overflow(count, extent, &count);
  }
  overflows = overflows || __builtin_mul_overflow(count, std::int64_t{8}, &bytes);
  origin.check(!overflows, "the elements must be countable in 64 bits. Received: shape={}.",
               header.shape);
  bytes = count * size_of(header.type);
  origin.check(bytes <= stream.most_left(),
               "the elements must be in the file: shape={} of {} takes {} bytes. Received: at most "
               "{} bytes.",
               header.shape, name_of(header.type), bytes, stream.most_left());
  const auto memory = count * static_cast<std::int64_t>(sizeof(float));
  origin.check(memory <= max_bytes,
               "the elements must fit the memory limit of {} bytes; max_bytes sets another. "
               "Received: shape={}, which takes {} bytes.",
               max_bytes, header.shape, memory);
  return bytes;
}

Tensor read_elements(ByteStream& stream, const ArrayHeader& header, std::int64_t max_bytes) {
  const std::int64_t bytes = checked_size(header, stream, max_bytes);
  constexpr std::int64_t kChunk = 1 << 16;
  Tensor result = TensorAccess::uninitialized(header.shape);
  float* out = TensorAccess::data(result);
  std::vector<unsigned char> chunk(static_cast<std::size_t>(std::min(bytes, kChunk)));
  for (std::int64_t done = 0; done < bytes;) {
    const auto part = std::span(chunk).first(
        static_cast<std::size_t>(std::min<std::int64_t>(kChunk, bytes - done)));
    const std::size_t got = stream.read(part);
    stream.origin().check(
        got == part.size(), "shape={} of {} takes {} bytes. Received: {} bytes, then the end.",
        header.shape, name_of(header.type), bytes, done + static_cast<std::int64_t>(got));
    const std::int64_t first = done / size_of(header.type);
    entry(header.type).decode(part, header, stream.origin(), first, out + first);
    done += static_cast<std::int64_t>(part.size());
  }
  expect_end(stream);
  return result;
}

}  // namespace strata::datasets
