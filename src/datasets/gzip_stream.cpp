#include "datasets/gzip_stream.hpp"

#include <zlib.h>

#include <algorithm>
#include <new>

namespace strata::datasets {

GzipStream::GzipStream(InputFile& file)
    : ByteStream(file.origin()), file_(file), inflater_(std::make_unique<z_stream>()) {
  constexpr int kGzipOnly = 16;
  if (inflateInit2(inflater_.get(), MAX_WBITS + kGzipOnly) != Z_OK) throw std::bad_alloc();
}

GzipStream::~GzipStream() { inflateEnd(inflater_.get()); }

std::int64_t GzipStream::most_left() const {
  std::int64_t most = 0;
  const std::int64_t packed = file_.most_left() + inflater_->avail_in;
  return __builtin_mul_overflow(packed + 1, kMostDeflated, &most) ? INT64_MAX : most;
}

void GzipStream::refill() {
  if (inflater_->avail_in > 0) return;
  inflater_->next_in = packed_.data();
  inflater_->avail_in = static_cast<unsigned>(file_.read(packed_));
  origin().check(inflater_->avail_in > 0,
                 "the gzip data must be complete. Received: the end of the file, at byte {}.",
                 file_.size());
}

std::size_t GzipStream::read(std::span<unsigned char> out) {
  std::size_t count = 0;
  while (count < out.size() && !ended_) {
    refill();
    constexpr std::size_t kMostAtOnce = 1 << 30;  // zlib counts in 32 bits
    const std::size_t wanted = std::min(out.size() - count, kMostAtOnce);
    inflater_->next_out = out.data() + count;
    inflater_->avail_out = static_cast<unsigned>(wanted);
    const int result = inflate(inflater_.get(), Z_NO_FLUSH);
    count += wanted - inflater_->avail_out;
    const std::int64_t offset = file_.offset() - inflater_->avail_in;
    origin().check(result == Z_OK || result == Z_STREAM_END,
                   "the gzip data must be sound. Received: {} before byte {}.",
                   inflater_->msg != nullptr ? inflater_->msg : "damage", offset);
    ended_ = result == Z_STREAM_END;
    origin().check(!ended_ || offset == file_.size(),
                   "the gzip data must end with the file. Received: more bytes after byte {}.",
                   offset);
  }
  return count;
}

}  // namespace strata::datasets
