// Reading an exact number of bytes, and the end.
#include "io/byte_stream.hpp"

namespace strata::io {

void read_exactly(ByteStream& stream, std::span<unsigned char> out, std::string_view what) {
  const std::size_t count = stream.read(out);
  stream.origin().check(count == out.size(), "{} must have {} bytes. Received: {}, then the end.",
                        what, out.size(), count);
}

void expect_end(ByteStream& stream) {
  unsigned char byte = 0;
  stream.origin().check(stream.read({&byte, 1}) == 0,
                        "nothing may follow the elements. Received: more bytes.");
}

}  // namespace strata::io
