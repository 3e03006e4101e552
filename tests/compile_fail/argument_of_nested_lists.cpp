// Must not compile: nested lists as an op's tensor, since they would be read as a shape and its
// values.
#include "strata/ops/elementwise.hpp"

#ifdef MISTAKE
strata::Tensor y = strata::ops::square({{1, 2}, {3, 4}});
#else
strata::Tensor y = strata::ops::square(strata::Tensor({2, 2}, {1, 2, 3, 4}));
#endif
