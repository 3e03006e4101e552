// Must not compile: a number as a shape, since it could be an extent or a rank.
#include "strata/ops/array.hpp"

#ifdef MISTAKE
strata::Tensor zeros = strata::ops::zeros(2);
#else
strata::Tensor zeros = strata::ops::zeros({2});
#endif
