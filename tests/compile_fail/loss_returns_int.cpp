// Must not compile: a loss that returns a number, which has left the tape.
#include "strata/losses/loss.hpp"

#ifdef MISTAKE
const auto rule = [](const auto& y, const auto&) { return static_cast<int>(y.item()); };
#else
const auto rule = [](const auto& y, const auto&) { return y; };
#endif
strata::LossSpec slot = rule;
