// Must not compile: a tensor from a nested list of one row, which would be read as a shape.
#include "strata/tensor/tensor.hpp"

#ifdef MISTAKE
strata::Tensor row = {{1, 2}};
#else
strata::Tensor row({1, 2}, {1, 2});
#endif
