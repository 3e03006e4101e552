// The numbers in data files, and the tensors made of them.
#pragma once

#include "io/byte_stream.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::io {

enum class ElementType {
  kBool,
  kUint8,
  kInt8,
  kUint16,
  kInt16,
  kUint32,
  kInt32,
  kUint64,
  kInt64,
  kFloat16,
  kBfloat16,
  kFloat32,
  kFloat64
};

std::int64_t size_of(ElementType type);
std::string_view name_of(ElementType type);

/// What a header says of the elements that follow it.
struct ArrayHeader {
  Shape shape;
  ElementType type;
  bool big_endian = false;
  bool column_major = false;  ///< the first axis varies fastest, as in Fortran
};

/// The bytes that the elements take in the file. Raises IoError if that is more than the stream can
/// hold, or the tensor would take more than `max_bytes`.
std::int64_t checked_size(const ArrayHeader& header, const ByteStream& stream,
                          std::int64_t max_bytes);

/// The elements, row-major, which end the stream. Raises IoError on fewer or more, Unrepresentable
/// on numbers that float32 can't hold.
Tensor read_elements(ByteStream& stream, const ArrayHeader& header, std::int64_t max_bytes);

/// The bytes of a tensor's elements as all formats here hold them: little-endian float32.
std::span<const unsigned char> bytes_of(const Tensor& tensor);

}  // namespace strata::io
