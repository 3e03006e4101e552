// Must not compile: a number of units that is not an int.
#include "strata/layers/dense.hpp"

#ifdef MISTAKE
strata::layers::Dense layer(2.5);
#else
strata::layers::Dense layer(2);
#endif
