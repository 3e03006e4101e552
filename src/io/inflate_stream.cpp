// Unpacks with zlib, and names the offset of what is damaged.
#include "io/inflate_stream.hpp"

#include <zlib.h>

#include <algorithm>
#include <new>

namespace strata::io {

InflateStream::InflateStream(FilePart packed, Format format)
    : ByteStream(packed.origin()),
      packed_(std::move(packed)),
      kind_(format == Format::kGzip ? "gzip" : "deflated"),
      whole_(format == Format::kGzip ? "file" : "member"),
      inflater_(std::make_unique<z_stream>()) {
  constexpr int kGzipOnly = MAX_WBITS + 16;
  constexpr int kWithoutHeader = -MAX_WBITS;
  const int bits = format == Format::kGzip ? kGzipOnly : kWithoutHeader;
  if (inflateInit2(inflater_.get(), bits) != Z_OK) throw std::bad_alloc();
}

InflateStream::~InflateStream() { inflateEnd(inflater_.get()); }

std::int64_t InflateStream::most_left() const {
  const CheckedSize most =
      (CheckedSize(packed_.most_left()) + inflater_->avail_in + 1) * kMostDeflated;
  return most.fits(INT64_MAX) ? most.as<std::int64_t>(origin(), "the unpacked size") : INT64_MAX;
}

void InflateStream::inflate_some() {
  if (inflater_->avail_in == 0) {
    inflater_->next_in = chunk_.data();
    inflater_->avail_in = static_cast<unsigned>(packed_.read(chunk_));
  }
  // Without more input, what zlib has taken in already may still give output.
  const int result = inflate(inflater_.get(), Z_NO_FLUSH);
  const std::int64_t offset = packed_.offset() - inflater_->avail_in;
  origin().check(result != Z_BUF_ERROR,
                 "the {0} data must be complete. Received: the end of the {1}, at byte {2}.", kind_,
                 whole_, offset);
  origin().check(result == Z_OK || result == Z_STREAM_END,
                 "the {} data must be sound. Received: {} before byte {}.", kind_,
                 inflater_->msg != nullptr ? inflater_->msg : "damage", offset);
  ended_ = result == Z_STREAM_END;
  origin().check(!ended_ || (inflater_->avail_in == 0 && packed_.most_left() == 0),
                 "the {} data must end with the {}. Received: more bytes after byte {}.", kind_,
                 whole_, offset);
}

std::size_t InflateStream::read(std::span<unsigned char> out) {
  std::size_t count = 0;
  while (count < out.size() && !ended_) {
    constexpr std::size_t kMostAtOnce = 1 << 30;  // zlib counts in 32 bits
    const std::size_t wanted = std::min(out.size() - count, kMostAtOnce);
    inflater_->next_out = out.data() + count;
    inflater_->avail_out = static_cast<unsigned>(wanted);
    inflate_some();
    count += wanted - inflater_->avail_out;
  }
  return count;
}

}  // namespace strata::io
