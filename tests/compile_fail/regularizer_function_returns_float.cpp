// Must not compile: a regularizer from a std::function that returns a number.
#include "strata/regularizers/regularizer.hpp"

#ifdef MISTAKE
const std::function<float(const strata::Tensor&)> rule = [](const auto& w) { return w.item(); };
#else
const std::function<strata::Tensor(const strata::Tensor&)> rule = [](const auto& w) { return w; };
#endif
strata::RegularizerSpec slot = rule;
