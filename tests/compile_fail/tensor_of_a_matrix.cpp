// Must not compile: nested lists assigned to a tensor, since they would be read as a shape and its
// values.
#include "strata/tensor/tensor.hpp"

#ifdef MISTAKE
strata::Tensor matrix = {{1, 2}, {3, 4}};
#else
strata::Tensor matrix({2, 2}, {1, 2, 3, 4});
#endif
