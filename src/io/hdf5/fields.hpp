// One block of an HDF5 file, read field by field. No read leaves the block.
#pragma once

#include "io/checked_size.hpp"

namespace strata::io::hdf5 {

using Bytes = std::span<const unsigned char>;

/// Bytes of the file, and where in the file they begin.
struct Block {
  Bytes bytes;
  std::uint64_t address = 0;
};

/// What HDF5 writes where an address would stand if there were anything to point to.
inline constexpr std::uint64_t kNowhere = UINT64_MAX;

class Fields {
 public:
  /// `what` names the block in errors: "the B-tree node". The origin outlives the object.
  Fields(const Origin& origin, std::string_view what, Block block)
      : origin_(&origin), what_(what), block_(block) {}

  std::size_t left() const { return block_.bytes.size(); }
  std::uint64_t address() const { return block_.address; }
  std::string_view what() const { return what_; }
  const Origin& origin() const { return *origin_; }

  /// The next `count` bytes.
  Block block(CheckedSize count) {
    check(count.fits(left()), "end within its block. Received: {} more bytes, with {} left", count,
          left());
    const auto size = count.as<std::size_t>(*origin_, what_);
    const Block next{block_.bytes.first(size), block_.address};
    block_ = {block_.bytes.subspan(size), block_.address + size};
    return next;
  }
  void skip(CheckedSize count) { block(count); }

  /// An unsigned little-endian number of `width` bytes, at most 8.
  std::uint64_t number(int width) {
    const Bytes bytes = block(width).bytes;
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
    return value;
  }
  unsigned byte() { return static_cast<unsigned>(number(1)); }

  /// A version, which must be one of `first` to `last`.
  unsigned version(unsigned first, unsigned last) {
    const unsigned version = byte();
    check(first <= version && version <= last, "be of a version from {} to {}. Received: {}", first,
          last, version);
    return version;
  }

  void expect(std::string_view signature) {
    const std::uint64_t start = address();
    const Bytes bytes = block(signature.size()).bytes;
    origin_->check(std::equal(bytes.begin(), bytes.end(), signature.begin(), signature.end()),
                   "{} must begin with '{}'. Received: other bytes at {}.", what_, signature,
                   start);
  }

  /// Raises IoError: "the B-tree node must <rule>, before byte 96."
  template <class... Args>
  void check(bool holds, fmt::format_string<Printable<Args>...> rule, Args&&... args) const {
    if (holds) return;
    const std::string text = fmt::format(rule, printable(std::forward<Args>(args))...);
    origin_->raise("{} must {}, at byte {}.", what_, Whole{text}, address());
  }

 private:
  const Origin* origin_;
  std::string_view what_;
  Block block_;
};

}  // namespace strata::io::hdf5
