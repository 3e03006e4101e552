// An activation that is a number has left the tape.
#include "strata/activations/activation.hpp"

#ifdef MISTAKE
const auto rule = [](const strata::Tensor& x) { return double{x.item()}; };
#else
const auto rule = [](const strata::Tensor& x) { return x; };
#endif
strata::ActivationSpec slot = rule;
