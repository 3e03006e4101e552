// One number does not say which of the two.
#include "strata/regularizers/l1l2.hpp"

#ifdef MISTAKE
strata::regularizers::L1L2 rule(0.1f);
#else
strata::regularizers::L1L2 rule({.l1 = 0.1f});
#endif
