// Must not compile: bools as regularization factors.
#include "strata/regularizers/l1l2.hpp"

#ifdef MISTAKE
strata::regularizers::L1L2 rule(true, true);
#else
strata::regularizers::L1L2 rule(0.1f, 0.1f);
#endif
