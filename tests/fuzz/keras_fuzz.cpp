// Any bytes as a `.keras` file: a whole model comes of it, or an error of Strata's.
#include "fuzz/memory_file.hpp"
#include "saving/keras_archive.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::int64_t kLimit = 4 << 20;
  const std::string path = strata::testing::memory_file(data, size);
  try {
    const auto model = strata::saving::make_model(
        strata::saving::open_keras_archive({"load_model", path}, kLimit), /*compile=*/true);
    model->get_weights();
  } catch (const strata::IoError&) {
  } catch (const strata::InvalidArgument&) {
  }
  return 0;
}
