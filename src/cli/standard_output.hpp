// The standard output as a stream buffer that knows why writing failed.
#pragma once

#include <array>
#include <streambuf>

namespace strata::cli {

/// Once a write has failed, all further output fails too.
class StandardOutput : public std::streambuf {
 public:
  StandardOutput() { setp(buffer_.data(), buffer_.data() + buffer_.size()); }

  /// The system's `errno` of the write that failed; 0 if none did.
  int failure() const { return failure_; }

 protected:
  int_type overflow(int_type character) override;
  int sync() override;

 private:
  std::array<char, 1 << 14> buffer_;
  int failure_ = 0;
};

}  // namespace strata::cli
