// Must not compile: a bool as a dropout rate.
#include "strata/layers/dropout.hpp"

#ifdef MISTAKE
strata::layers::Dropout layer(true);
#else
strata::layers::Dropout layer(0.5);
#endif
