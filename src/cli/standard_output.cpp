// Writes the standard output by the system's own calls, so that the cause of a failure is kept.
#include "cli/standard_output.hpp"

#include <unistd.h>

#include <cerrno>

namespace strata::cli {

int StandardOutput::sync() {
  const char* next = pbase();
  while (failure_ == 0 && next < pptr()) {
    const ssize_t written = ::write(STDOUT_FILENO, next, static_cast<std::size_t>(pptr() - next));
    if (written >= 0) {
      next += written;
    } else if (errno != EINTR) {
      failure_ = errno;
    }
  }
  setp(buffer_.data(), buffer_.data() + buffer_.size());
  return failure_ == 0 ? 0 : -1;
}

StandardOutput::int_type StandardOutput::overflow(int_type character) {
  if (sync() != 0) return traits_type::eof();
  if (traits_type::eq_int_type(character, traits_type::eof()))
    return traits_type::not_eof(character);
  return sputc(traits_type::to_char_type(character));
}

}  // namespace strata::cli
