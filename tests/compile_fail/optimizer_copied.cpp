// A copy would have moments and a step count of its own; an optimizer is moved or shared.
#include "strata/optimizers/sgd.hpp"

strata::optimizers::SGD optimizer;

#ifdef MISTAKE
strata::OptimizerSpec spec = optimizer;
#else
strata::OptimizerSpec spec = std::move(optimizer);
#endif
