// An empty list was the scalar 0.
#include "strata/tensor/tensor.hpp"

#ifdef MISTAKE
strata::Tensor none({});
#else
strata::Tensor none;
#endif
