// Must not compile: a tensor from nested lists in parentheses.
#include "strata/tensor/tensor.hpp"

#ifdef MISTAKE
strata::Tensor matrix({{1, 2}, {3, 4}});
#else
strata::Tensor matrix({1, 2}, {3, 4});
#endif
