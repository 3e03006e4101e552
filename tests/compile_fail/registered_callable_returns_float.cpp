// Must not compile: registering a callable that returns a number instead of a tensor.
#include "strata/saving/register_serializable.hpp"

#ifdef MISTAKE
const auto rule = [](const strata::Tensor& w) { return w.item(); };
#else
const auto rule = [](const strata::Tensor& w) { return w; };
#endif
const auto named = strata::register_serializable({.name = "rule"}, rule);
