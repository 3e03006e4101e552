// The training steps whose allocations and instructions are counted.
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
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/group_lasso.hpp"
#include "strata/regularizers/hoyer_square.hpp"
#include "strata/regularizers/kl_sparsity.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l1l2.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/nuclear_norm.hpp"
#include "strata/regularizers/proximal.hpp"
#include "strata/regularizers/soft_orthogonal.hpp"
#include "strata/regularizers/sparse_group_lasso.hpp"
#include "strata/regularizers/spectral_norm.hpp"
#include "strata/regularizers/sum.hpp"
#include "strata/regularizers/total_variation.hpp"
#include "strata/regularizers/towards.hpp"
#include "strata/tensor/random.hpp"

namespace strata::testing {
namespace {

using namespace regularizers;

layers::Dense dense(int units, const char* activation) {
  return layers::Dense({.units = units,
                        .activation = activation,
                        .kernel_regularizer = L1L2({.l1 = 1e-5f, .l2 = 1e-4f}),
                        .bias_regularizer = L2(1e-4f),
                        .activity_regularizer = L2(1e-5f)});
}

layers::Conv2D convolution(int filters) {
  return layers::Conv2D({.filters = filters,
                         .kernel_size = 3,
                         .activation = "relu",
                         .kernel_regularizer = L2(1e-4f)});
}

layers::Dense ruled(const RegularizerSpec& kernel, const RegularizerSpec& activity = {}) {
  return layers::Dense({.units = 48,
                        .activation = "sigmoid",
                        .kernel_regularizer = kernel,
                        .activity_regularizer = activity});
}

Step compiled(Sequential model, const Shape& inputs, const OptimizerSpec& optimizer = "adam") {
  model.compile(
      {.optimizer = optimizer, .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
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
  if (which == "penalties") {
    return compiled(
        Sequential({layers::Input({64}), ruled(GroupLasso(1e-4f), KLSparsity({.factor = 1e-4f})),
                    ruled(SparseGroupLasso(1e-4f, 1e-4f)), ruled(SpectralNorm(1e-4f)),
                    ruled(NuclearNorm(1e-4f)), ruled(SoftOrthogonal(1e-4f)),
                    ruled(HoyerSquare(1e-4f)), ruled(TotalVariation(1e-4f)),
                    ruled(Towards(L2(1e-4f))), ruled(Sum({L1(1e-4f), GroupLasso(1e-4f)})),
                    dense(3, "softmax")}),
        {32, 64});
  }
  if (which == "proximal") {
    return compiled(
        Sequential(
            {layers::Input({64}), ruled(Proximal(L1L2(1e-4f, 1e-4f))),
             ruled(Proximal(GroupLasso(1e-4f))), ruled(Proximal(SparseGroupLasso(1e-4f, 1e-4f))),
             ruled(Proximal(Towards(L1(1e-4f)))),
             ruled(Proximal(Sum({L1(1e-4f), L2(1e-4f), GroupLasso(1e-4f)}))), dense(3, "softmax")}),
        {32, 64});
  }
  if (which == "low_rank") {
    return compiled(Sequential({layers::Input({392}), ruled(Proximal(NuclearNorm(1e-4f))),
                                ruled(Proximal(GroupLasso(1e-4f))), dense(3, "softmax")}),
                    {32, 392}, optimizers::SGD({.momentum = 0.9f}));
  }
  throw std::invalid_argument("no step " + std::string(which));
}

}  // namespace strata::testing
