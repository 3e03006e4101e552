// What goes into a call is a tensor or a list of tensors, and no list of numbers is a tensor.
#include "strata/tensor/tensors.hpp"

#ifdef MISTAKE
strata::Tensors inputs = {{1, 2}, {3, 4}};
#else
strata::Tensors inputs = {strata::Tensor({2}, {1, 2}), strata::Tensor({2}, {3, 4})};
#endif
