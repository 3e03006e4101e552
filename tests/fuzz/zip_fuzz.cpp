// Any bytes as a zip archive: it is read, or refused by an IoError. Where libzip reads it too, both
// find the same members: an archive that is two things to two readers is what attacks are made of.
#include <zip.h>

#include "fuzz/memory_file.hpp"
#include "io/zip_archive.hpp"

namespace {

using strata::io::ZipArchive;
using strata::io::ZipEntry;
using strata::io::ZipNames;

constexpr std::int64_t kBudget = 1 << 20;

void compare(const ZipArchive& archive, zip_t* oracle) {
  const auto count = static_cast<std::size_t>(zip_get_num_entries(oracle, 0));
  if (count != archive.entries().size()) abort();
  for (std::size_t i = 0; i < count; ++i) {
    const ZipEntry& entry = archive.entries()[i];
    if (entry.name != zip_get_name(oracle, i, ZIP_FL_ENC_RAW)) abort();
    std::string text;
    try {
      text = archive.read(entry, kBudget).text();
    } catch (const strata::IoError&) {
      continue;
    }
    zip_file_t* member = zip_fopen_index(oracle, i, 0);
    if (member == nullptr) continue;
    std::string other(text.size() + 1, '\0');
    const zip_int64_t got = zip_fread(member, other.data(), other.size());
    zip_fclose(member);
    if (got >= 0 && other.substr(0, static_cast<std::size_t>(got)) != text) abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const ZipArchive archive({"zip_fuzz", strata::testing::memory_file(data, size)},
                             ZipNames::kDistinctInAnyCase);
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(data, size, 0, &error);
    zip_t* oracle = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (oracle == nullptr) {
      zip_source_free(source);
      for (const ZipEntry& entry : archive.entries()) archive.read(entry, kBudget);
    } else {
      compare(archive, oracle);
      zip_discard(oracle);
    }
  } catch (const strata::IoError&) {
  }
  return 0;
}
