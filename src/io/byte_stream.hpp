// Bytes from files that are not trusted, read from front to back, and the errors that name the file.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/check.hpp"

namespace strata::io {

/// An array that is sound, but holds what a tensor can't: text, objects, numbers beyond float32.
class Unrepresentable : public IoError {
 public:
  using IoError::IoError;
};

/// Who reads what: errors read `read_idx: /data/x.idx: the rule. Received: …`.
struct Origin {
  std::string_view who;
  std::string name;

  template <class Error = IoError, class... Args>
  [[noreturn]] void raise(fmt::format_string<Printable<Args>...> rule, Args&&... args) const {
    std::string text = fmt::format(rule, printable(std::forward<Args>(args))...);
    std::replace_if(text.begin(), text.end(), is_control, '?');
    strata::raise<Error>(who, "{}: {}", Whole{name}, Whole{text});
  }

  template <class Error = IoError, class... Args>
  void check(bool holds, fmt::format_string<Printable<Args>...> rule, Args&&... args) const {
    if (!holds) raise<Error>(rule, std::forward<Args>(args)...);
  }

 private:
  // A file's own words must not steer the terminal they are shown on.
  static bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
};

/// Deflate packs at most this many bytes in one.
inline constexpr std::int64_t kMostDeflated = 1032;

class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// Fills `out`; gives the number of bytes written, which is less only at the end. Raises IoError
  /// where the bytes are damaged.
  virtual std::size_t read(std::span<unsigned char> out) = 0;

  /// No more bytes than this can come. What a header claims beyond it is not believed.
  virtual std::int64_t most_left() const = 0;

  const Origin& origin() const { return origin_; }

 protected:
  explicit ByteStream(Origin origin) : origin_(std::move(origin)) {}

 private:
  Origin origin_;
};

/// Fills `out`, else raises IoError: the file ends within `what`.
void read_exactly(ByteStream& stream, std::span<unsigned char> out, std::string_view what);

/// Raises IoError if more bytes follow.
void expect_end(ByteStream& stream);

}  // namespace strata::io
