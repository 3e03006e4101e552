// An Input must be told its shape, in braces or not.
#include "strata/layers/input.hpp"

using strata::layers::Input;

#ifdef MISTAKE
Input layer({.name = "data"});
#else
Input layer({.shape = {28, 28}, .name = "data"});
#endif
