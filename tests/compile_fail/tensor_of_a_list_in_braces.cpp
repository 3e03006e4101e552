// Must not compile: a tensor from one list in braces, which could be a shape or its values.
#include "strata/tensor/tensor.hpp"

#ifdef MISTAKE
strata::Tensor vector = {1, 2};
#else
strata::Tensor vector({2}, {1, 2});
#endif
