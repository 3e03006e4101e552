// A character is no number.
#include "strata/tensor/tensor.hpp"

#ifdef MISTAKE
strata::Tensor letter = 'a';
#else
strata::Tensor letter = 97;
#endif
