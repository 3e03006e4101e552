// Must not compile: an activation that returns a number, which has left the tape.
#include "strata/activations/activation.hpp"

#ifdef MISTAKE
const auto rule = [](const strata::Tensor& x) { return double{x.item()}; };
#else
const auto rule = [](const strata::Tensor& x) { return x; };
#endif
strata::ActivationSpec slot = rule;
