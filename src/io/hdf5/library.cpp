// Locks the HDF5 C library, and turns its errors into Strata's.
#include "io/hdf5/library.hpp"

namespace strata::io::hdf5 {
namespace {

// Guards the library, which keeps its state in globals.
ForkSafe<std::mutex>& library_mutex() {
  static ForkSafe<std::mutex>& mutex = *new ForkSafe<std::mutex>(HeldUp::work);
  return mutex;
}

// A fork while another thread makes it would leave the child waiting for that thread.
[[maybe_unused]] ForkSafe<std::mutex>& library_mutex_made_at_load = library_mutex();

std::string last_error() {
  std::string text = "unknown error";
  const auto keep_first = [](unsigned number, const H5E_error2_t* error, void* out) -> herr_t {
    if (number == 0) *static_cast<std::string*>(out) = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &text);
  return text;
}

}  // namespace

Session::Session() : lock_(library_mutex()) {
  H5Eget_auto2(H5E_DEFAULT, &print_, &print_data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Session::~Session() { H5Eset_auto2(H5E_DEFAULT, print_, print_data_); }

void expect_done(const Origin& origin, std::string_view what, herr_t result) {
  if (result < 0) origin.raise("{} can't be written: {}.", what, last_error());
}

Handle::Handle(const Origin& origin, std::string_view what, hid_t id, Close close)
    : id_(id), close_(close) {
  if (id < 0) origin.raise("{} can't be written: {}.", what, last_error());
}

}  // namespace strata::io::hdf5
