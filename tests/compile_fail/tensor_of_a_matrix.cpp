// Nested lists would be a shape and its values where a matrix is meant.
#include "strata/tensor/tensor.hpp"

#ifdef MISTAKE
strata::Tensor matrix = {{1, 2}, {3, 4}};
#else
strata::Tensor matrix({2, 2}, {1, 2, 3, 4});
#endif
