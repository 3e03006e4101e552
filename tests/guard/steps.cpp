#include "guard/steps.hpp"

#include <stdexcept>
#include <string>

#include "strata/core/threads.hpp"
#include "strata/layers/convolution.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/flatten.hpp"
#include "strata/layers/input.hpp"
#include "strata/layers/pooling.hpp"
#include "strata/ops/ops.hpp"
#include "strata/regularizers/l1l2.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/tensor/random.hpp"

namespace strata::testing {
namespace {

layers::Dense dense(int units, const char* activation) {
  return layers::Dense({.units = units,
                        .activation = activation,
                        .kernel_regularizer = regularizers::L1L2({.l1 = 1e-5f, .l2 = 1e-4f}),
                        .bias_regularizer = regularizers::L2(1e-4f),
                        .activity_regularizer = regularizers::L2(1e-5f)});
}

layers::Conv2D convolution(int filters) {
  return layers::Conv2D({.filters = filters,
                         .kernel_size = 3,
                         .activation = "relu",
                         .kernel_regularizer = regularizers::L2(1e-4f)});
}

Step compiled(Sequential model, const Shape& inputs) {
  model.compile(
      {.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  return {std::move(model), random::uniform(inputs), ops::zeros({inputs.front()})};
}

}  // namespace

Step make_step(std::string_view which) {
  set_num_threads(1);
  set_random_seed(1);
  if (which == "tiny") {
    return compiled(Sequential({layers::Input({4}), dense(8, "relu"), dense(3, "softmax")}),
                    {8, 4});
  }
  if (which == "mlp") {
    return compiled(Sequential({layers::Input({784}), dense(512, "relu"), dense(512, "relu"),
                                dense(10, "softmax")}),
                    {128, 784});
  }
  if (which == "convnet") {
    return compiled(Sequential({layers::Input({28, 28, 1}), convolution(32), layers::MaxPooling2D(),
                                convolution(64), layers::MaxPooling2D(), layers::Flatten(),
                                layers::Dropout({.rate = 0.5f}),
                                layers::Dense({.units = 10, .activation = "softmax"})}),
                    {4, 28, 28, 1});
  }
  throw std::invalid_argument("no step " + std::string(which));
}

}  // namespace strata::testing
