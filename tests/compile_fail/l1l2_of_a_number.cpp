// Must not compile: L1L2 of one number, which could be either factor.
#include "strata/regularizers/l1l2.hpp"

#ifdef MISTAKE
strata::regularizers::L1L2 rule(0.1f);
#else
strata::regularizers::L1L2 rule({.l1 = 0.1f});
#endif
