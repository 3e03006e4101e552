// Compares addresses with the size of the file, and claims bytes for one part of it.
#include "io/hdf5/blocks.hpp"

namespace strata::io::hdf5 {

Fields Blocks::at(const Origin& origin, std::string_view what, std::uint64_t address,
                  CheckedSize size) const {
  origin.check((size + address).fits(file_.size()),
               "{} must lie within the file's {} bytes. Received: {} bytes at byte {}.", what,
               file_.size(), size, address);
  const auto length = size.as<std::size_t>(origin, what);
  return {origin, what, {file_.subspan(static_cast<std::size_t>(address), length), address}};
}

Fields Blocks::claim(const Origin& origin, std::string_view what, std::uint64_t address,
                     CheckedSize size) {
  const Fields fields = at(origin, what, address, size);
  if (fields.left() == 0) return fields;
  const std::uint64_t end = address + fields.left();
  const auto next = claims_.lower_bound(end);  // the first that begins behind it
  if (next != claims_.begin()) {
    const auto& [start, claim] = *std::prev(next);
    origin.check(claim.end <= address,
                 "{} must not share bytes with other parts of the file. Received: bytes {} to {}, "
                 "and {} at bytes {} to {}.",
                 what, address, end, claim.what, start, claim.end);
  }
  constexpr int kMemory = 96;  // a node of the map, with its overhead
  budget_->take(origin, what, kMemory);
  claims_.emplace_hint(next, address, Claim{end, what});
  return fields;
}

}  // namespace strata::io::hdf5
