// Goes through object headers of both versions.
#include "io/hdf5/messages.hpp"

namespace strata::io::hdf5 {
namespace {

constexpr std::string_view kHeader = "the object header";
constexpr int kChecksum = 4;

}  // namespace

Messages::Messages(Blocks& blocks, const Origin& origin, std::uint64_t address)
    : blocks_(blocks), origin_(origin), current_(open_first(address)) {}

Fields Messages::open_first(std::uint64_t address) {
  if (blocks_.at(origin_, kHeader, address, 1).byte() == 1) {
    constexpr int kPrefix = 16;
    Fields start = blocks_.at(origin_, kHeader, address, kPrefix);
    start.skip(8);  // version, number of messages, number of links to the object
    const std::uint64_t size = start.number(4);
    Fields header = blocks_.claim(origin_, kHeader, address, CheckedSize(size) + kPrefix);
    header.skip(kPrefix);
    return header;
  }
  Fields start = blocks_.at(origin_, kHeader, address, 6);
  start.expect("OHDR");
  version_ = start.version(2, 2);
  const unsigned flags = start.byte();
  start.check(flags < 0x40, "have no unknown flags. Received: {:#x}", flags);
  const int size_width = 1 << (flags & 3);
  order_size_ = (flags & 4) != 0 ? 2 : 0;
  const int skipped = ((flags & 0x20) != 0 ? 16 : 0)    // times
                      + ((flags & 0x10) != 0 ? 4 : 0);  // when attributes leave the header
  start = blocks_.at(origin_, kHeader, address, 6 + skipped + size_width);
  start.skip(6 + skipped);
  const std::uint64_t size = start.number(size_width);
  Fields header = blocks_.claim(origin_, kHeader, address,
                                CheckedSize(size) + 6 + skipped + size_width + kChecksum);
  header.skip(6 + skipped + size_width);
  return {origin_, kHeader, header.block(size)};
}

Fields Messages::open_continuation(Fields message) {
  constexpr std::string_view kContinuation = "the object header's continuation";
  const std::uint64_t address = message.number(8);
  const std::uint64_t size = message.number(8);
  Fields block = blocks_.claim(origin_, kContinuation, address, size);
  if (version_ == 1) return block;
  block.expect("OCHK");
  block.check(block.left() >= kChecksum, "end with a checksum. Received: {} bytes", block.left());
  return {origin_, kContinuation, block.block(block.left() - kChecksum)};
}

bool Messages::next(Message& message) {
  while (true) {
    while (current_.left() < prefix_size()) {  // version 2 may leave a gap at the end
      if (continuations_.empty()) return false;
      current_ = continuations_.back();
      continuations_.pop_back();
    }
    const std::uint64_t number = current_.number(version_ == 1 ? 2 : 1);
    const auto type = static_cast<MessageType>(number);
    const std::uint64_t size = current_.number(2);
    const unsigned flags = current_.byte();
    constexpr std::uint64_t kLastKnown = 0x18;
    current_.check(number <= kLastKnown || (flags & 0x80) == 0,
                   "have no unknown messages that a reader must understand. Received: {:#x}",
                   number);
    current_.skip(version_ == 1 ? 3 : order_size_);
    message = {type, (flags & 2) != 0, current_.block(size)};
    if (type == MessageType::kNothing) continue;
    if (type != MessageType::kContinuation) return true;
    continuations_.push_back(
        open_continuation({origin_, "the continuation message", message.body}));
  }
}

}  // namespace strata::io::hdf5
