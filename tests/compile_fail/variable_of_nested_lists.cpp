// Must not compile: nested lists as a variable's value.
#include "strata/tensor/variable.hpp"

#ifdef MISTAKE
strata::Variable weight("kernel", {{1, 2}, {3, 4}});
#else
strata::Variable weight("kernel", strata::Tensor({2, 2}, {1, 2, 3, 4}));
#endif
