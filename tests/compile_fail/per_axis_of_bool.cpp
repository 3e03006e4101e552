// Strides and kernel sizes are whole numbers.
#include "strata/core/per_axis.hpp"

#ifdef MISTAKE
strata::PerAxis<2> strides = true;
#else
strata::PerAxis<2> strides = 2;
#endif
