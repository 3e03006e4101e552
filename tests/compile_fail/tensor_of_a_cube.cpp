// Must not compile: a tensor from lists nested three deep.
#include "strata/tensor/tensor.hpp"

#ifdef MISTAKE
strata::Tensor cube = {{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}};
#else
strata::Tensor cube({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
#endif
