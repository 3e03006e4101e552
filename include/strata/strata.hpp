// All of Strata, for its users; in the order in which one part builds on another. Code that reads
// or writes a Config includes <strata/config.hpp> as well.
#pragma once

// Errors, options, threads
#include "strata/core/errors.hpp"
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
#include "strata/ops/ops.hpp"

// Rules: what a layer's or a model's slots hold
#include "strata/activations/activation.hpp"
#include "strata/constraints/constraint.hpp"
#include "strata/initializers/initializer.hpp"
#include "strata/losses/loss.hpp"
#include "strata/metrics/metric.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l1l2.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/orthogonal.hpp"
#include "strata/regularizers/regularizer.hpp"

// Layers and optimizers
#include "strata/layers/dense.hpp"
#include "strata/layers/layer.hpp"
#include "strata/optimizers/optimizer.hpp"
