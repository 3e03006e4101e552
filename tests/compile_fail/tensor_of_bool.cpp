// A truth value is no number.
#include "strata/tensor/tensor.hpp"

#ifdef MISTAKE
strata::Tensor flag = true;
#else
strata::Tensor flag = 1;
#endif
