// Writes the models from which the fuzzers of whole files start: `model_seeds FOLDER`.
#include <cstdio>

#include "fuzz/seeds.hpp"
#include "strata/strata.hpp"

namespace strata::testing {
namespace {

Sequential dense() {
  return Sequential({layers::Input({3}),
                     layers::Dense({.units = 2,
                                    .activation = "relu",
                                    .kernel_regularizer = regularizers::L1L2({.l1 = 0.1f}),
                                    .name = "dense"}),
                     layers::Dense({.units = 1, .activity_regularizer = "l2", .name = "output"})});
}

Sequential convolutional() {
  return Sequential({layers::Input({4, 4, 1}), layers::Conv2D({.filters = 2, .kernel_size = 3}),
                     layers::BatchNormalization(), layers::MaxPooling2D(), layers::Dropout(0.5f),
                     layers::Flatten(), layers::Dense({.units = 2, .activation = "softmax"})});
}

Sequential nested() { return Sequential({layers::Input({3}), dense(), layers::Reshape({1, 1})}); }

Sequential unbuilt() { return Sequential({layers::Dense({.units = 1})}); }

struct AllSeeds {
  Seeds keras;
  Seeds legacy;
  Seeds weights;
  Seeds json;
};

void add(AllSeeds& seeds, Sequential model) {
  const TemporaryFolder folder;
  seeds.json.add(model.to_json());
  if (model.built() && model.compiled()) model.optimizer().build(model.trainable_variables());
  model.save(folder.path("a.keras"));
  seeds.keras.add(read_bytes(folder.path("a.keras")));
  model.save(folder.path("a.h5"));
  seeds.legacy.add(read_bytes(folder.path("a.h5")));
  if (!model.built()) return;
  model.save_weights(folder.path("a.weights.h5"));
  seeds.weights.add(read_bytes(folder.path("a.weights.h5")));
}

}  // namespace
}  // namespace strata::testing

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: model_seeds FOLDER\n", stderr);
    return 2;
  }
  using namespace strata::testing;
  const std::filesystem::path folder(arguments[1]);
  AllSeeds seeds{Seeds(folder / "keras"), Seeds(folder / "legacy"), Seeds(folder / "weights"),
                 Seeds(folder / "json")};
  for (const auto& make : {dense, convolutional, nested, unbuilt}) {
    add(seeds, make());
    strata::Sequential compiled = make();
    compiled.compile({.optimizer = "adam", .loss = "mse", .metrics = {"mae"}});
    add(seeds, std::move(compiled));
  }
}
