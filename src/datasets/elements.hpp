// The numbers in data files, and the tensors made of them.
#pragma once

#include "datasets/byte_stream.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::datasets {

enum class ElementType {
  kUint8,
  kInt8,
  kUint16,
  kInt16,
  kUint32,
  kInt32,
  kUint64,
  kInt64,
  kFloat32,
  kFloat64
};

std::int64_t size_of(ElementType type);
std::string_view name_of(ElementType type);

/// What a header says of the elements that follow it.
struct ArrayHeader {
  Shape shape;
  ElementType type;
  bool big_endian;
};

/// The bytes that the elements take in the file. Raises IoError if that is more than the stream can
/// hold, or the tensor would take more than `max_bytes`.
std::int64_t checked_size(const ArrayHeader& header, const ByteStream& stream,
                          std::int64_t max_bytes);

/// The elements, which end the stream. Raises IoError on fewer or more, and on numbers that float32
/// can't hold.
Tensor read_elements(ByteStream& stream, const ArrayHeader& header, std::int64_t max_bytes);

}  // namespace strata::datasets
