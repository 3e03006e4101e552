// Must not compile: a tensor from a bool.
#include "strata/tensor/tensor.hpp"

#ifdef MISTAKE
strata::Tensor flag = true;
#else
strata::Tensor flag = 1;
#endif
