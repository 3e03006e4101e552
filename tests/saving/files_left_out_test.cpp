// A library that is built without HDF5 and libzip says so, and leaves what is there; other formats work.
#include <gtest/gtest.h>

#include "io/files.hpp"
#include "strata/strata.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using ::testing::ElementsAre;

TEST(FilesLeftOut, AreRefusedByName) {
  const TemporaryFolder folder;
  const std::string path = folder.write("model.keras", "old");
  const Sequential model({layers::Input({3}), layers::Dense({.units = 2})});
  EXPECT_THAT([&] { model.save(path); }, RaisesWith<StateError>("STRATA_WITH_FILES=OFF"));
  EXPECT_THAT([&] { load_model(path); }, RaisesWith<StateError>("STRATA_WITH_FILES=OFF"));
  EXPECT_THAT([&] { model.save_weights(folder.path("a.weights.h5")); },
              RaisesWith<StateError>("STRATA_WITH_FILES=OFF"));
  EXPECT_THAT(
      [&] {
        io::write_npz(folder.path("a.npz"), {{"x", ops::ones({2})}});
      },
      RaisesWith<StateError>("STRATA_WITH_FILES=OFF"));
  EXPECT_EQ(read_bytes(path), "old");
  EXPECT_THAT(names_in(folder.path()), ElementsAre("model.keras"));
}

TEST(FilesLeftOut, WeightsTravelAsSafetensors) {
  const TemporaryFolder folder;
  const auto make = [] {
    return Sequential({layers::Input({3}), layers::Dense({.units = 2, .name = "output"})});
  };
  Sequential model = make();
  Sequential other = make();
  model.save_weights(folder.path("a.safetensors"));
  other.load_weights(folder.path("a.safetensors"));
  EXPECT_THAT(other.get_weights()[0].values(),
              ::testing::ElementsAreArray(model.get_weights()[0].values()));
}

}  // namespace
}  // namespace strata::testing
