// Reads the superblock of any version.
#include "io/hdf5/superblock.hpp"

#include <array>

namespace strata::io::hdf5 {
namespace {

constexpr std::string_view kWhat = "the superblock";

void check_widths(Fields& fields) {
  const unsigned offset = fields.byte();
  const unsigned length = fields.byte();
  fields.check(offset == 8 && length == 8,
               "have addresses and lengths of 8 bytes. Received: {} and {}", offset, length);
}

void check_extent(const Fields& fields, std::uint64_t base, std::uint64_t end,
                  std::size_t file_size) {
  fields.check(base == 0, "have the base address 0. Received: {}", base);
  fields.check(end == file_size, "state the file's size, {} bytes. Received: {}", file_size, end);
}

// Versions 0 and 1: the root's header is in an entry as symbol tables have them.
std::uint64_t root_of_old(Fields& fields, unsigned version, std::size_t file_size) {
  fields.skip(4);  // versions of parts
  check_widths(fields);
  fields.skip(version == 0 ? 9 : 13);  // node sizes and flags
  const std::uint64_t base = fields.number(8);
  fields.skip(8);  // free space
  check_extent(fields, base, fields.number(8), file_size);
  const std::uint64_t driver = fields.number(8);
  fields.check(driver == kNowhere, "name no driver. Received: one at byte {}", driver);
  fields.skip(8);  // the root's name
  return fields.number(8);
}

std::uint64_t root_of_new(Fields& fields, std::size_t file_size) {
  check_widths(fields);
  const unsigned flags = fields.byte();
  fields.check(flags == 0,
               "say that the file was closed when it was written. Received: flags {:#x}", flags);
  const std::uint64_t base = fields.number(8);
  fields.skip(8);  // extension
  check_extent(fields, base, fields.number(8), file_size);
  return fields.number(8);
}

}  // namespace

std::uint64_t read_superblock(Blocks& blocks, const Origin& origin) {
  constexpr std::array<unsigned char, 8> kSignature{0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};
  constexpr std::array<int, 4> kSizes{96, 100, 48, 48};  // by version
  const Bytes start = blocks.at(origin, "the file", 0, std::min(blocks.size(), kSignature.size()))
                          .block(std::min(blocks.size(), kSignature.size()))
                          .bytes;
  origin.check(std::equal(kSignature.begin(), kSignature.end(), start.begin(), start.end()),
               "the file must begin with HDF5's signature. Received: {}.",
               start.size() < kSignature.size() ? "fewer bytes" : "other bytes");
  Fields signed_part = blocks.at(origin, kWhat, 0, kSignature.size() + 1);
  signed_part.skip(kSignature.size());
  const unsigned version = signed_part.version(0, 3);
  Fields fields = blocks.claim(origin, kWhat, 0, kSizes[version]);
  fields.skip(kSignature.size() + 1);
  return version < 2 ? root_of_old(fields, version, blocks.size())
                     : root_of_new(fields, blocks.size());
}

}  // namespace strata::io::hdf5
