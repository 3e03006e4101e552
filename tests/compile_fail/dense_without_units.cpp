// A Dense layer must be told its width.
#include "strata/layers/dense.hpp"

using strata::layers::Dense;

#ifdef MISTAKE
Dense layer({.activation = "relu"});
#else
Dense layer({.units = 3, .activation = "relu"});
#endif
