// All of Strata, for its users; in the order in which one part builds on another. Code that reads
// or writes a Config includes <strata/config.hpp> as well.
#pragma once

// Errors, options, threads
#include "strata/core/axis_list.hpp"
#include "strata/core/errors.hpp"
#include "strata/core/fused_activation.hpp"
#include "strata/core/per_axis.hpp"
#include "strata/core/registry.hpp"
#include "strata/core/required.hpp"
#include "strata/core/threads.hpp"
#include "strata/version.hpp"

// Values, weights, random numbers
#include "strata/tensor/random.hpp"
#include "strata/tensor/shape.hpp"
#include "strata/tensor/tensor.hpp"
#include "strata/tensor/variable.hpp"

// Gradients
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/autodiff/record.hpp"

// Operations
#include "strata/ops/array.hpp"
#include "strata/ops/convolution.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/linear_algebra.hpp"
#include "strata/ops/nn.hpp"
#include "strata/ops/ops.hpp"
#include "strata/ops/pooling.hpp"
#include "strata/ops/reduction.hpp"

// Rules: what the slots of layers and models hold
#include "strata/activations/activation.hpp"
#include "strata/activations/functions.hpp"
#include "strata/constraints/constraint.hpp"
#include "strata/constraints/max_norm.hpp"
#include "strata/constraints/min_max_norm.hpp"
#include "strata/constraints/non_neg.hpp"
#include "strata/constraints/unit_norm.hpp"
#include "strata/initializers/constant.hpp"
#include "strata/initializers/identity.hpp"
#include "strata/initializers/initializer.hpp"
#include "strata/initializers/orthogonal.hpp"
#include "strata/initializers/random.hpp"
#include "strata/initializers/variance_scaling.hpp"
#include "strata/losses/loss.hpp"
#include "strata/metrics/metric.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l1l2.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/orthogonal.hpp"
#include "strata/regularizers/regularizer.hpp"

// Layers
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/layers/layer.hpp"

// Optimizers
#include "strata/optimizers/adam.hpp"
#include "strata/optimizers/adam_w.hpp"
#include "strata/optimizers/optimizer.hpp"
#include "strata/optimizers/rmsprop.hpp"
#include "strata/optimizers/sgd.hpp"

// Data
#include "strata/data/batches.hpp"
#include "strata/data/rows.hpp"
#include "strata/datasets/digits.hpp"
#include "strata/datasets/idx.hpp"
#include "strata/datasets/mnist.hpp"
#include "strata/datasets/npz.hpp"
#include "strata/datasets/synthetic_digits.hpp"

// Training
#include "strata/callbacks/callback.hpp"
#include "strata/callbacks/early_stopping.hpp"
#include "strata/callbacks/history.hpp"
#include "strata/callbacks/lambda_callback.hpp"
#include "strata/training/host.hpp"
#include "strata/training/logs.hpp"
#include "strata/training/options.hpp"

// Models
#include "strata/models/model.hpp"
#include "strata/models/sequential.hpp"

// Files and registration
#include "strata/saving/clone_model.hpp"
#include "strata/saving/model_from_json.hpp"
#include "strata/saving/register_serializable.hpp"
