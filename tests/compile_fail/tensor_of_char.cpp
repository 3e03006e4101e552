// Must not compile: a tensor from a character.
#include "strata/tensor/tensor.hpp"

#ifdef MISTAKE
strata::Tensor letter = 'a';
#else
strata::Tensor letter = 97;
#endif
