#include "datasets/zip_archive.hpp"

#include <unistd.h>
#include <zip.h>

#include <algorithm>

#include "datasets/input_file.hpp"

namespace strata::datasets {
namespace {

std::string text_of(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

bool is_plain(std::string_view name) {
  const bool printable = std::none_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\' || c == ':';
  });
  return printable && !name.empty() && name.size() <= 255 && name.front() != '/' &&
         name.find("..") == name.npos;
}

class MemberStream : public ByteStream {
 public:
  MemberStream(Origin origin, const ZipEntry& entry, zip* archive)
      : ByteStream(std::move(origin)),
        left_(entry.size),
        member_(zip_fopen_index(archive, static_cast<zip_uint64_t>(entry.index), 0)) {
    this->origin().check(member_ != nullptr, "the member must be readable. Received: {}.",
                         zip_strerror(archive));
  }
  ~MemberStream() override { zip_fclose(member_); }
  MemberStream(const MemberStream&) = delete;
  MemberStream& operator=(const MemberStream&) = delete;

  std::size_t read(std::span<unsigned char> out) override {
    std::size_t count = 0;
    while (count < out.size()) {
      const zip_int64_t got = zip_fread(member_, out.data() + count, out.size() - count);
      origin().check(got >= 0,
                     "the packed data must be sound. Received: {}, {} bytes before the end.",
                     zip_file_strerror(member_), left_);
      if (got == 0) break;
      count += static_cast<std::size_t>(got);
      left_ -= got;
    }
    return count;
  }

  std::int64_t most_left() const override { return std::max<std::int64_t>(left_, 0); }

 private:
  std::int64_t left_;
  zip_file_t* member_;
};

}  // namespace

void ZipArchive::Close::operator()(zip* archive) const { zip_discard(archive); }

ZipArchive::ZipArchive(Origin origin) : origin_(std::move(origin)) {
  const InputFile file(origin_);
  file_size_ = file.size();
  const int descriptor = dup(file.descriptor());
  int code = 0;
  archive_.reset(zip_fdopen(descriptor, ZIP_CHECKCONS, &code));
  if (!archive_) {
    close(descriptor);
    origin_.raise("the file must be a sound zip archive. Received: {}.", text_of(code));
  }
  list_entries();
}

void ZipArchive::list_entries() {
  const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t status;
    const bool known =
        zip_stat_index(archive_.get(), static_cast<zip_uint64_t>(i), 0, &status) == 0;
    origin_.check(known, "member {} must be described. Received: {}.", i,
                  zip_strerror(archive_.get()));
    const std::string name = status.name;
    origin_.check(is_plain(name), "members must have plain names. Received: '{}'.",
                  name.substr(0, 80));
    origin_.check(status.encryption_method == ZIP_EM_NONE,
                  "members must not be encrypted. Received: '{}', which is.", name);
    origin_.check(status.comp_method == ZIP_CM_STORE || status.comp_method == ZIP_CM_DEFLATE,
                  "members must be stored or deflated. Received: '{}', packed by method {}.", name,
                  status.comp_method);
    origin_.check(status.comp_size <= static_cast<zip_uint64_t>(file_size_) &&
                      status.size / kMostDeflated <= status.comp_size,
                  "members must fit the file. Received: '{}', {} bytes packed in {}.", name,
                  status.size, status.comp_size);
    entries_.push_back({name, i, static_cast<std::int64_t>(status.size),
                        static_cast<std::int64_t>(status.comp_size)});
  }
}

std::unique_ptr<ByteStream> ZipArchive::open(const ZipEntry& entry) const {
  return std::make_unique<MemberStream>(Origin{origin_.who, origin_.name + "/" + entry.name}, entry,
                                        archive_.get());
}

}  // namespace strata::datasets
