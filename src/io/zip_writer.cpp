// Writes zip archives with libzip, from memory straight into the file.
#include "io/zip_writer.hpp"

#include <zip.h>

#include <cerrno>
#include <exception>
#include <memory>
#include <unordered_set>

#include "io/zip_structure.hpp"

namespace strata::io {
namespace {

struct DiscardArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};

/// The file as libzip's target. libzip asks for one operation after the other; an error is kept
/// for the end, since no exception may pass through C.
class ZipTarget {
 public:
  explicit ZipTarget(AtomicFile& file) : file_(file) { zip_error_init(&error_); }
  ~ZipTarget() { zip_error_fini(&error_); }
  ZipTarget(const ZipTarget&) = delete;
  ZipTarget& operator=(const ZipTarget&) = delete;

  static zip_int64_t call(void* self, void* data, zip_uint64_t size, zip_source_cmd_t command) {
    return static_cast<ZipTarget*>(self)->answer(data, size, command);
  }

  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  zip_int64_t answer(void* data, zip_uint64_t size, zip_source_cmd_t command) {
    switch (command) {
      case ZIP_SOURCE_STAT:  // an archive that is not there yet
        zip_error_set(&error_, ZIP_ER_READ, ENOENT);
        return -1;
      case ZIP_SOURCE_BEGIN_WRITE:
      case ZIP_SOURCE_COMMIT_WRITE:
      case ZIP_SOURCE_ROLLBACK_WRITE:
      case ZIP_SOURCE_FREE:
        return 0;
      case ZIP_SOURCE_WRITE:
        return write(data, size);
      case ZIP_SOURCE_SEEK_WRITE:
        position_ = zip_source_seek_compute_offset(static_cast<zip_uint64_t>(position_),
                                                   static_cast<zip_uint64_t>(file_.size()), data,
                                                   size, &error_);
        return position_ < 0 ? -1 : 0;
      case ZIP_SOURCE_TELL_WRITE:
        return position_;
      case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&error_, data, size);
      case ZIP_SOURCE_SUPPORTS:
        // libzip asks for sources that can be read too, but does not read a new archive.
        return zip_source_make_command_bitmap(
            ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
            ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_SUPPORTS,
            ZIP_SOURCE_BEGIN_WRITE, ZIP_SOURCE_COMMIT_WRITE, ZIP_SOURCE_ROLLBACK_WRITE,
            ZIP_SOURCE_WRITE, ZIP_SOURCE_SEEK_WRITE, ZIP_SOURCE_TELL_WRITE, ZIP_SOURCE_REMOVE, -1);
      default:
        zip_error_set(&error_, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
  }

  zip_int64_t write(const void* data, zip_uint64_t size) {
    try {
      file_.write_at(position_, {static_cast<const unsigned char*>(data), size});
      position_ += static_cast<std::int64_t>(size);
      return static_cast<zip_int64_t>(size);
    } catch (...) {
      failure_ = std::current_exception();
      zip_error_set(&error_, ZIP_ER_WRITE, 0);
      return -1;
    }
  }

  AtomicFile& file_;
  std::int64_t position_ = 0;
  zip_error_t error_;
  std::exception_ptr failure_;
};

void check_names(const std::vector<ZipInput>& members, const Origin& origin) {
  std::unordered_set<std::string_view> seen;
  for (const ZipInput& member : members) {
    origin.check<InvalidArgument>(
        is_plain_name(member.name),
        "members must be named by plain relative paths of at most 255 bytes. Received: '{}'.",
        member.name);
    origin.check<InvalidArgument>(seen.insert(member.name).second,
                                  "members must have different names. Received: '{}' twice.",
                                  member.name);
  }
}

/// `fragments` stay alive until the archive is closed.
void add_member(zip_t* archive, const ZipInput& member, ZipTime modified,
                std::vector<zip_buffer_fragment_t>& fragments, const Origin& origin) {
  for (const std::span<const unsigned char> piece : member.pieces) {
    // libzip reads from them alone.
    fragments.push_back({const_cast<zip_uint8_t*>(piece.data()), piece.size()});
  }
  zip_source_t* source = zip_source_buffer_fragment(archive, fragments.data(), fragments.size(), 0);
  const zip_int64_t index =
      source == nullptr ? -1 : zip_file_add(archive, member.name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    origin.raise("the member '{}' can't be added: {}.", member.name, zip_strerror(archive));
  }
  const auto at = static_cast<zip_uint64_t>(index);
  const bool set = zip_set_file_compression(archive, at, ZIP_CM_STORE, 0) == 0 &&
                   zip_file_set_dostime(archive, at, modified.time, modified.date, 0) == 0;
  origin.check(set, "the member '{}' can't be described: {}.", member.name, zip_strerror(archive));
}

}  // namespace

void write_zip(AtomicFile& file, const std::vector<ZipInput>& members, ZipTime modified) {
  const Origin& origin = file.origin();
  check_names(members, origin);
  if (members.empty()) {  // libzip would remove the file instead
    file.write(as_bytes(std::string_view("PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22)));
    return;
  }
  ZipTarget target(file);
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_function_create(ZipTarget::call, &target, &error);
  if (source == nullptr) throw std::bad_alloc();
  std::unique_ptr<zip_t, DiscardArchive> archive(
      zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, &error));
  if (!archive) {
    zip_source_free(source);
    origin.raise("the archive can't be created: {}.", zip_error_strerror(&error));
  }
  std::vector<std::vector<zip_buffer_fragment_t>> fragments(members.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    add_member(archive.get(), members[i], modified, fragments[i], origin);
  }
  if (zip_close(archive.get()) != 0) {
    target.rethrow();
    origin.raise("the archive can't be written: {}.", zip_strerror(archive.get()));
  }
  std::ignore = archive.release();
}

}  // namespace strata::io
