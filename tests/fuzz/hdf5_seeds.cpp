// Writes the files that the HDF5 fuzzer starts from: `hdf5_seeds FOLDER`.
#include <cstdio>
#include <fstream>

#include "io/hdf5_library.hpp"

namespace strata::testing {
namespace {

Bytes seed(Hdf5Format format) {
  LibraryFile made(format);
  made.dataset("g/x", {2, 2}, H5T_IEEE_F32LE, {1, 2, 3, 4});
  made.dataset("g/n", {}, H5T_STD_I64BE, {5});
  made.dataset("g/h/d", {2}, H5T_IEEE_F64LE, {1, 2});
  made.fixed_texts("g", "names", 3, H5T_STR_NULLPAD, {"abc", "d"});
  made.integers("g", "count", H5T_STD_U8LE, {1, 2});
  return made.finish();
}

Bytes seed_of_texts(Hdf5Format format) {
  LibraryFile made(format);
  made.text("/", "name", "model");
  made.texts("/", "names", {"a", "", "bcd"});
  return made.finish();
}

// A tree of two levels, and links of every kind.
Bytes seed_of_links(Hdf5Format format) {
  LibraryFile made(format);
  for (int i = 0; i < 8; ++i) made.group("g/" + std::to_string(i));
  for (int i = 0; format == Hdf5Format::kSuperblock0 && i < 300; ++i) {
    H5Lcreate_soft("/g", made.id(), std::to_string(i).c_str(), H5P_DEFAULT, H5P_DEFAULT);
  }
  H5Lcreate_soft("/g", made.id(), "soft", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_external("o.h5", "/g", made.id(), "external", H5P_DEFAULT, H5P_DEFAULT);
  return made.finish();
}

}  // namespace
}  // namespace strata::testing

int main(int count, char** arguments) {
  using namespace strata::testing;
  if (count != 2) {
    std::fputs("usage: hdf5_seeds FOLDER\n", stderr);
    return 2;
  }
  int written = 0;
  for (const Hdf5Format format : {Hdf5Format::kSuperblock0, Hdf5Format::kSuperblock1,
                                  Hdf5Format::kSuperblock2, Hdf5Format::kSuperblock3}) {
    for (const auto make : {seed, seed_of_texts, seed_of_links}) {
      const std::string path =
          std::string(arguments[1]) + "/seed" + std::to_string(written++) + ".h5";
      std::ofstream(path, std::ios::binary) << make(format);
    }
  }
}
