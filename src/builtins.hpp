// The one list of what Strata itself can read from a config.
#pragma once

namespace strata::registry {

/// Adds every built-in class to the table; called once, before the first look.
void list_builtins();

}  // namespace strata::registry
