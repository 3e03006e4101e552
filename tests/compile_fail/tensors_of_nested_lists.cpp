// Must not compile: Tensors from nested lists of numbers. They take a tensor or a list of tensors.
#include "strata/tensor/tensors.hpp"

#ifdef MISTAKE
strata::Tensors inputs = {{1, 2}, {3, 4}};
#else
strata::Tensors inputs = {strata::Tensor({2}, {1, 2}), strata::Tensor({2}, {3, 4})};
#endif
