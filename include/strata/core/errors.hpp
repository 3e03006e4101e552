// The errors Strata raises. Every text reads `Who: the rule. Received: value.`
#pragma once

#include <stdexcept>

namespace strata {

/// A value that breaks a documented rule: an unknown name, a negative factor, a bad option.
class InvalidArgument : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// A tensor whose shape does not fit.
class ShapeError : public InvalidArgument {
 public:
  using InvalidArgument::InvalidArgument;
};

/// A call that comes too early or too late: `fit` before `compile`, a used-up tape.
class StateError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// A file that can't be read or written, or does not hold what it claims to.
class IoError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace strata
