// Must not compile: a penalty that is a number. It has left the tape, so it would count in the loss
// and train nothing.
#include "strata/regularizers/regularizer.hpp"

#ifdef MISTAKE
float rule(const strata::Tensor& w) { return w.item(); }
#else
strata::Tensor rule(const strata::Tensor& w) { return w; }
#endif
strata::RegularizerSpec slot = rule;
