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
#include "strata/layers/convolution.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/flatten.hpp"
#include "strata/layers/global_pooling.hpp"
#include "strata/layers/input.hpp"
#include "strata/layers/pooling.hpp"
#include "strata/layers/relu.hpp"
#include "strata/layers/reshape.hpp"
#include "strata/layers/softmax.hpp"
#include "strata/losses/binary_crossentropy.hpp"
#include "strata/losses/categorical_crossentropy.hpp"
#include "strata/losses/categorical_hinge.hpp"
#include "strata/losses/cosine_similarity.hpp"
#include "strata/losses/hinge.hpp"
#include "strata/losses/huber.hpp"
#include "strata/losses/kl_divergence.hpp"
#include "strata/losses/log_cosh.hpp"
#include "strata/losses/mean_absolute_error.hpp"
#include "strata/losses/mean_absolute_percentage_error.hpp"
#include "strata/losses/mean_squared_error.hpp"
#include "strata/losses/mean_squared_logarithmic_error.hpp"
#include "strata/losses/poisson.hpp"
#include "strata/losses/sparse_categorical_crossentropy.hpp"
#include "strata/losses/squared_hinge.hpp"
#include "strata/metrics/accuracy.hpp"
#include "strata/metrics/binary_accuracy.hpp"
#include "strata/metrics/binary_crossentropy.hpp"
#include "strata/metrics/categorical_accuracy.hpp"
#include "strata/metrics/categorical_crossentropy.hpp"
#include "strata/metrics/categorical_hinge.hpp"
#include "strata/metrics/cosine_similarity.hpp"
#include "strata/metrics/hinge.hpp"
#include "strata/metrics/kl_divergence.hpp"
#include "strata/metrics/log_cosh_error.hpp"
#include "strata/metrics/mean_absolute_error.hpp"
#include "strata/metrics/mean_absolute_percentage_error.hpp"
#include "strata/metrics/mean_squared_error.hpp"
#include "strata/metrics/mean_squared_logarithmic_error.hpp"
#include "strata/metrics/poisson.hpp"
#include "strata/metrics/root_mean_squared_error.hpp"
#include "strata/metrics/sparse_categorical_accuracy.hpp"
#include "strata/metrics/sparse_categorical_crossentropy.hpp"
#include "strata/metrics/sparse_top_k_categorical_accuracy.hpp"
#include "strata/metrics/squared_hinge.hpp"
#include "strata/metrics/top_k_categorical_accuracy.hpp"
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
  add_builtin<Layer, layers::Conv1D>("keras.layers", "Conv1D");
  add_builtin<Layer, layers::Conv2D>("keras.layers", "Conv2D");
  add_builtin<Layer, layers::Conv3D>("keras.layers", "Conv3D");
  add_builtin<Layer, layers::MaxPooling1D>("keras.layers", "MaxPooling1D");
  add_builtin<Layer, layers::MaxPooling2D>("keras.layers", "MaxPooling2D");
  add_builtin<Layer, layers::MaxPooling3D>("keras.layers", "MaxPooling3D");
  add_builtin<Layer, layers::AveragePooling1D>("keras.layers", "AveragePooling1D");
  add_builtin<Layer, layers::AveragePooling2D>("keras.layers", "AveragePooling2D");
  add_builtin<Layer, layers::AveragePooling3D>("keras.layers", "AveragePooling3D");
  add_builtin<Layer, layers::GlobalMaxPooling1D>("keras.layers", "GlobalMaxPooling1D");
  add_builtin<Layer, layers::GlobalMaxPooling2D>("keras.layers", "GlobalMaxPooling2D");
  add_builtin<Layer, layers::GlobalMaxPooling3D>("keras.layers", "GlobalMaxPooling3D");
  add_builtin<Layer, layers::GlobalAveragePooling1D>("keras.layers", "GlobalAveragePooling1D");
  add_builtin<Layer, layers::GlobalAveragePooling2D>("keras.layers", "GlobalAveragePooling2D");
  add_builtin<Layer, layers::GlobalAveragePooling3D>("keras.layers", "GlobalAveragePooling3D");
  add_builtin<Loss, losses::MeanSquaredError>("keras.losses", "MeanSquaredError");
  add_builtin<Loss, losses::MeanAbsoluteError>("keras.losses", "MeanAbsoluteError");
  add_builtin<Loss, losses::MeanAbsolutePercentageError>("keras.losses",
                                                         "MeanAbsolutePercentageError");
  add_builtin<Loss, losses::MeanSquaredLogarithmicError>("keras.losses",
                                                         "MeanSquaredLogarithmicError");
  add_builtin<Loss, losses::Huber>("keras.losses", "Huber");
  add_builtin<Loss, losses::LogCosh>("keras.losses", "LogCosh");
  add_builtin<Loss, losses::CosineSimilarity>("keras.losses", "CosineSimilarity");
  add_builtin<Loss, losses::BinaryCrossentropy>("keras.losses", "BinaryCrossentropy");
  add_builtin<Loss, losses::CategoricalCrossentropy>("keras.losses", "CategoricalCrossentropy");
  add_builtin<Loss, losses::SparseCategoricalCrossentropy>("keras.losses",
                                                           "SparseCategoricalCrossentropy");
  add_builtin<Loss, losses::KLDivergence>("keras.losses", "KLDivergence");
  add_builtin<Loss, losses::Poisson>("keras.losses", "Poisson");
  add_builtin<Loss, losses::Hinge>("keras.losses", "Hinge");
  add_builtin<Loss, losses::SquaredHinge>("keras.losses", "SquaredHinge");
  add_builtin<Loss, losses::CategoricalHinge>("keras.losses", "CategoricalHinge");

  add_builtin<Metric, metrics::MeanSquaredError>("keras.metrics", "MeanSquaredError");
  add_builtin<Metric, metrics::RootMeanSquaredError>("keras.metrics", "RootMeanSquaredError");
  add_builtin<Metric, metrics::MeanAbsoluteError>("keras.metrics", "MeanAbsoluteError");
  add_builtin<Metric, metrics::MeanAbsolutePercentageError>("keras.metrics",
                                                            "MeanAbsolutePercentageError");
  add_builtin<Metric, metrics::MeanSquaredLogarithmicError>("keras.metrics",
                                                            "MeanSquaredLogarithmicError");
  add_builtin<Metric, metrics::CosineSimilarity>("keras.metrics", "CosineSimilarity");
  add_builtin<Metric, metrics::LogCoshError>("keras.metrics", "LogCoshError");
  add_builtin<Metric, metrics::Accuracy>("keras.metrics", "Accuracy");
  add_builtin<Metric, metrics::BinaryAccuracy>("keras.metrics", "BinaryAccuracy");
  add_builtin<Metric, metrics::CategoricalAccuracy>("keras.metrics", "CategoricalAccuracy");
  add_builtin<Metric, metrics::SparseCategoricalAccuracy>("keras.metrics",
                                                          "SparseCategoricalAccuracy");
  add_builtin<Metric, metrics::TopKCategoricalAccuracy>("keras.metrics", "TopKCategoricalAccuracy");
  add_builtin<Metric, metrics::SparseTopKCategoricalAccuracy>("keras.metrics",
                                                              "SparseTopKCategoricalAccuracy");
  add_builtin<Metric, metrics::BinaryCrossentropy>("keras.metrics", "BinaryCrossentropy");
  add_builtin<Metric, metrics::CategoricalCrossentropy>("keras.metrics", "CategoricalCrossentropy");
  add_builtin<Metric, metrics::SparseCategoricalCrossentropy>("keras.metrics",
                                                              "SparseCategoricalCrossentropy");
  add_builtin<Metric, metrics::KLDivergence>("keras.metrics", "KLDivergence");
  add_builtin<Metric, metrics::Poisson>("keras.metrics", "Poisson");
  add_builtin<Metric, metrics::Hinge>("keras.metrics", "Hinge");
  add_builtin<Metric, metrics::SquaredHinge>("keras.metrics", "SquaredHinge");
  add_builtin<Metric, metrics::CategoricalHinge>("keras.metrics", "CategoricalHinge");

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
