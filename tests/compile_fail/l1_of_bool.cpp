// `true` is no factor.
#include "strata/regularizers/l1.hpp"

#ifdef MISTAKE
strata::regularizers::L1 penalty(true);
#else
strata::regularizers::L1 penalty(1);
#endif
