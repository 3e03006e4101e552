// Unpacks the members of zip archives.
#include "io/zip_archive.hpp"

#include <zlib.h>

#include <algorithm>

#include "io/inflate_stream.hpp"

namespace strata::io {
namespace {

class MemberStream : public ByteStream {
 public:
  MemberStream(const InputFile& file, const Origin& origin, const ZipEntry& entry)
      : ByteStream(origin), size_(entry.size), left_(entry.size), expected_crc_(entry.crc) {
    FilePart packed(file, origin, entry.offset, entry.packed);
    if (entry.deflated) {
      source_ = std::make_unique<InflateStream>(std::move(packed), InflateStream::Format::kDeflate);
    } else {
      source_ = std::make_unique<FilePart>(std::move(packed));
    }
  }

  std::size_t read(std::span<unsigned char> out) override {
    const auto wanted = std::min(out.size(), static_cast<std::size_t>(left_));
    const std::size_t count = source_->read(out.first(wanted));
    left_ -= static_cast<std::int64_t>(count);
    origin().check(count == wanted,
                   "the member must unpack to {} bytes. Received: {}, then the end.", size_,
                   size_ - left_);
    crc_ = crc32_z(crc_, out.data(), count);
    if (left_ == 0) check_end();
    return count;
  }

  std::int64_t most_left() const override { return left_; }

 private:
  void check_end() {
    unsigned char byte = 0;
    origin().check(source_->read({&byte, 1}) == 0,
                   "the member must unpack to {} bytes. Received: more.", size_);
    origin().check(crc_ == expected_crc_,
                   "the member's CRC-32 must be {:#010x}. Received: {:#010x}.", expected_crc_,
                   crc_);
  }

  std::unique_ptr<ByteStream> source_;
  std::int64_t size_;
  std::int64_t left_;
  std::uint32_t expected_crc_;
  unsigned long crc_ = 0;  // as zlib counts
};

}  // namespace

ZipArchive::ZipArchive(Origin origin, ZipNames names, std::int64_t max_memory)
    : file_(std::move(origin)), entries_(read_zip_structure(file_, names, max_memory)) {
  for (std::size_t i = 0; i < entries_.size(); ++i) by_name_.emplace(entries_[i].name, i);
}

const ZipEntry* ZipArchive::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &entries_[found->second];
}

std::unique_ptr<ByteStream> ZipArchive::open(const ZipEntry& entry) const {
  return std::make_unique<MemberStream>(
      file_, Origin{origin().who, origin().name + "/" + entry.name}, entry);
}

MemberBytes ZipArchive::read(const ZipEntry& entry, std::int64_t budget) const {
  const std::unique_ptr<ByteStream> stream = open(entry);
  stream->origin().check(CheckedSize(entry.size).fits(budget),
                         "the member must fit the memory limit of {} bytes. Received: {} bytes.",
                         budget, entry.size);
  MemberBytes member(static_cast<std::size_t>(entry.size));
  read_exactly(*stream, member.writable(), "the member");
  return member;
}

}  // namespace strata::io
