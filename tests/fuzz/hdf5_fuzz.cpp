// Fuzzes the HDF5 reader: whatever the bytes, it reads them or raises IoError, within its budget.
#include "io/opened_hdf5.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace strata::testing;
  read_or_refuse([&] {
    constexpr std::int64_t kLimit = 16 << 20;
    OpenFile file(Bytes(data, data + size), kLimit);
    read_everything(file.hdf5);
  });
  return 0;
}
