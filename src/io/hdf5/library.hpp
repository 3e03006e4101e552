// The HDF5 C library, which writes: who may call it, its handles and its errors.
#pragma once

#include <hdf5.h>

#include <mutex>

#include "core/fork.hpp"
#include "io/byte_stream.hpp"

namespace strata::io::hdf5 {

/// While it lives, this thread alone uses the library, which prints no errors.
class Session {
 public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

 private:
  std::lock_guard<ForkSafe<std::mutex>> lock_;
  H5E_auto2_t print_ = nullptr;
  void* print_data_ = nullptr;
};

/// Raises IoError, with the library's reason, if a call that writes `what` has failed.
void expect_done(const Origin& origin, std::string_view what, herr_t result);

/// One of the library's handles, which it must be told when it is not needed any more.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);

  /// `id` is what the call that made it gave: negative if it failed, which raises IoError.
  Handle(const Origin& origin, std::string_view what, hid_t id, Close close);
  ~Handle() { close_(id_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  Close close_;
};

}  // namespace strata::io::hdf5
