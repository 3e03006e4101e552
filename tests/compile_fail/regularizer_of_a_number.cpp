// A factor alone doesn't say which penalty.
#include "strata/regularizers/l2.hpp"

#ifdef MISTAKE
strata::RegularizerSpec slot = 0.01f;
#else
strata::RegularizerSpec slot = strata::regularizers::L2(0.01f);
#endif
