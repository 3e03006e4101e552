// All operations: differentiable functions from tensors to tensors.
#pragma once

#include "strata/ops/accuracy.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/convolution.hpp"
#include "strata/ops/distance.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/image.hpp"
#include "strata/ops/linalg.hpp"
#include "strata/ops/linear_algebra.hpp"
#include "strata/ops/nn.hpp"
#include "strata/ops/pooling.hpp"
#include "strata/ops/recurrent.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/ops/sorting.hpp"
