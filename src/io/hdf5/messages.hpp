// The messages of an HDF5 object header, which say what the object is.
#pragma once

#include <vector>

#include "io/hdf5/blocks.hpp"

namespace strata::io::hdf5 {

enum class MessageType : unsigned {
  kNothing = 0x00,
  kDataspace = 0x01,
  kLinkInfo = 0x02,
  kDatatype = 0x03,
  kLink = 0x06,
  kExternalFiles = 0x07,
  kLayout = 0x08,
  kFilters = 0x0B,
  kAttribute = 0x0C,
  kContinuation = 0x10,
  kSymbolTable = 0x11,
  kAttributeInfo = 0x15,
};

struct Message {
  MessageType type;  ///< may be one that is not listed
  bool shared;       ///< the body only points to a message elsewhere
  Block body;
};

/// Goes through the messages of one object header of version 1 or 2, continuation blocks included.
/// Checksums are not verified: whoever forges a file forges them too.
class Messages {
 public:
  /// `blocks` and `origin` outlive the object.
  Messages(Blocks& blocks, const Origin& origin, std::uint64_t address);

  /// Gives the next message; false after the last.
  bool next(Message& message);

 private:
  Fields open_first(std::uint64_t address);
  Fields open_continuation(Fields message);
  std::size_t prefix_size() const { return version_ == 1 ? 8 : 4 + order_size_; }

  Blocks& blocks_;
  const Origin& origin_;
  unsigned version_ = 1;
  std::size_t order_size_ = 0;  // of the creation order that version 2 may store with a message
  Fields current_;
  std::vector<Fields> continuations_;
};

}  // namespace strata::io::hdf5
