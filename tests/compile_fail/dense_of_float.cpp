// Units are whole numbers.
#include "strata/layers/dense.hpp"

#ifdef MISTAKE
strata::layers::Dense layer(2.5);
#else
strata::layers::Dense layer(2);
#endif
