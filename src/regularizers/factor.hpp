// What a penalty's factor may be.
#pragma once

namespace strata::regularizers {

/// `value`, if it is finite and >= 0; else raises InvalidArgument naming class and argument.
float checked_factor(const char* who, const char* argument, float value);

}  // namespace strata::regularizers
