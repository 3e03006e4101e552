// Must not compile: a tensor from an empty list, which would be the scalar 0.
#include "strata/tensor/tensor.hpp"

#ifdef MISTAKE
strata::Tensor none({});
#else
strata::Tensor none;
#endif
