// Any bytes as a `.weights.h5` file: a model takes all of its weights from it, or stays as it was.
#include <cstdlib>

#include "fuzz/memory_file.hpp"
#include "saving/keras_weights.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"

namespace {

bool same(const std::vector<strata::Tensor>& a, const std::vector<strata::Tensor>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].data() != b[i].data()) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace strata;
  constexpr std::int64_t kLimit = 4 << 20;
  static Sequential model({layers::Input({3}), layers::Dense({.units = 2, .name = "dense"}),
                           layers::Dense({.units = 1, .name = "output"})});
  if (!model.compiled()) model.compile({.optimizer = "adam", .loss = "mse"});
  const std::vector<Tensor> before = model.get_weights();
  const std::int64_t calls = model.optimizer().calls();
  try {
    saving::take_over(model, *saving::open_keras_weights(
                                 {"load_weights", testing::memory_file(data, size)}, kLimit));
  } catch (const IoError&) {
    if (!same(before, model.get_weights()) || model.optimizer().calls() != calls) std::abort();
  }
  return 0;
}
