// `true` is no factor.
#include "strata/regularizers/l2.hpp"

#ifdef MISTAKE
strata::regularizers::L2 penalty(true);
#else
strata::regularizers::L2 penalty(1);
#endif
