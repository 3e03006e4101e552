// A learning rate is a number; a condition is none.
#include "strata/optimizers/sgd.hpp"

#ifdef MISTAKE
strata::optimizers::SGD optimizer({.learning_rate = true});
#else
strata::optimizers::SGD optimizer({.learning_rate = 1});
#endif
