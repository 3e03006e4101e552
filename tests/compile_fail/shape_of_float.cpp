// Must not compile: extents that are not whole numbers.
#include "strata/tensor/shape.hpp"

#ifdef MISTAKE
strata::Shape shape = {2, 2.5};
#else
strata::Shape shape = {2, 3};
#endif
