// Must not compile: a tensor from nested lists in braces, without an equals sign.
#include "strata/tensor/tensor.hpp"

#ifdef MISTAKE
strata::Tensor matrix{{1, 2}, {3, 4}};
#else
strata::Tensor matrix({2, 2}, {1, 2, 3, 4});
#endif
