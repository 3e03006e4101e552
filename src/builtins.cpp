// The one list of what Strata itself can read from a config. A class left off this list fails its
// row of the layer contract, not a user's load.
#include "builtins.hpp"

#include "core/registry.hpp"
#include "strata/constraints/max_norm.hpp"
#include "strata/constraints/min_max_norm.hpp"
#include "strata/constraints/non_neg.hpp"
#include "strata/constraints/unit_norm.hpp"
#include "strata/initializers/constant.hpp"
#include "strata/initializers/identity.hpp"
#include "strata/initializers/orthogonal.hpp"
#include "strata/initializers/random.hpp"
#include "strata/initializers/variance_scaling.hpp"
#include "strata/layers/activation.hpp"
#include "strata/layers/activity_regularization.hpp"
#include "strata/layers/batch_normalization.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/flatten.hpp"
#include "strata/layers/input.hpp"
#include "strata/layers/relu.hpp"
#include "strata/layers/reshape.hpp"
#include "strata/layers/softmax.hpp"
#include "strata/models/sequential.hpp"
#include "strata/optimizers/adam.hpp"
#include "strata/optimizers/adam_w.hpp"
#include "strata/optimizers/rmsprop.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l1l2.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/orthogonal.hpp"

namespace strata::registry {

void list_builtins() {
  add_builtin<Constraint, constraints::NonNeg>("keras.constraints", "NonNeg");
  add_builtin<Constraint, constraints::MaxNorm>("keras.constraints", "MaxNorm");
  add_builtin<Constraint, constraints::UnitNorm>("keras.constraints", "UnitNorm");
  add_builtin<Constraint, constraints::MinMaxNorm>("keras.constraints", "MinMaxNorm");

  add_builtin<Initializer, initializers::Zeros>("keras.initializers", "Zeros");
  add_builtin<Initializer, initializers::Ones>("keras.initializers", "Ones");
  add_builtin<Initializer, initializers::Constant>("keras.initializers", "Constant");
  add_builtin<Initializer, initializers::RandomNormal>("keras.initializers", "RandomNormal");
  add_builtin<Initializer, initializers::RandomUniform>("keras.initializers", "RandomUniform");
  add_builtin<Initializer, initializers::TruncatedNormal>("keras.initializers", "TruncatedNormal");
  add_builtin<Initializer, initializers::VarianceScaling>("keras.initializers", "VarianceScaling");
  add_builtin<Initializer, initializers::GlorotUniform>("keras.initializers", "GlorotUniform");
  add_builtin<Initializer, initializers::GlorotNormal>("keras.initializers", "GlorotNormal");
  add_builtin<Initializer, initializers::HeUniform>("keras.initializers", "HeUniform");
  add_builtin<Initializer, initializers::HeNormal>("keras.initializers", "HeNormal");
  add_builtin<Initializer, initializers::LecunUniform>("keras.initializers", "LecunUniform");
  add_builtin<Initializer, initializers::LecunNormal>("keras.initializers", "LecunNormal");
  add_builtin<Initializer, initializers::Orthogonal>("keras.initializers", "Orthogonal");
  add_builtin<Initializer, initializers::Identity>("keras.initializers", "Identity");

  add_builtin<Layer, layers::Activation>("keras.layers", "Activation");
  add_builtin<Layer, layers::ActivityRegularization>("keras.layers", "ActivityRegularization");
  add_builtin<Layer, layers::BatchNormalization>("keras.layers", "BatchNormalization");
  add_builtin<Layer, layers::Dense>("keras.layers", "Dense");
  add_builtin<Layer, layers::Dropout>("keras.layers", "Dropout");
  add_builtin<Layer, layers::Flatten>("keras.layers", "Flatten");
  add_builtin<Layer, layers::Input>("keras.layers", "InputLayer");
  add_builtin<Layer, layers::ReLU>("keras.layers", "ReLU");
  add_builtin<Layer, layers::Reshape>("keras.layers", "Reshape");
  add_builtin<Layer, layers::Softmax>("keras.layers", "Softmax");

  add_builtin<Optimizer, optimizers::SGD>("keras.optimizers", "SGD");
  add_builtin<Optimizer, optimizers::Adam>("keras.optimizers", "Adam");
  add_builtin<Optimizer, optimizers::AdamW>("keras.optimizers", "AdamW");
  add_builtin<Optimizer, optimizers::RMSprop>("keras.optimizers", "RMSprop");

  add_builtin<Layer, Sequential>("keras", "Sequential");

  add_builtin<Regularizer, regularizers::L1>("keras.regularizers", "L1");
  add_builtin<Regularizer, regularizers::L2>("keras.regularizers", "L2");
  add_builtin<Regularizer, regularizers::L1L2>("keras.regularizers", "L1L2");
  add_builtin<Regularizer, regularizers::OrthogonalRegularizer>("keras.regularizers",
                                                                "OrthogonalRegularizer");
}

}  // namespace strata::registry
