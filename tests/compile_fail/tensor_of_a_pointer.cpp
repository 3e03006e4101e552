// Must not compile: a tensor from a pointer, which has no shape.
#include "strata/tensor/tensor.hpp"

#ifdef MISTAKE
float values[2];
strata::Tensor vector = values;
#else
float values[2];
strata::Tensor vector({2}, values);
#endif
