// A matrix of one row, which would be taken for a shape.
#include "strata/tensor/tensor.hpp"

#ifdef MISTAKE
strata::Tensor row = {{1, 2}};
#else
strata::Tensor row({1, 2}, {1, 2});
#endif
