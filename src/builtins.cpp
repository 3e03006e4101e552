// The one list of what Strata itself can read from a config. A class left off this list fails its
// row of the layer contract, not a user's load.
#include "builtins.hpp"

#include "core/registry.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l1l2.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/orthogonal.hpp"

namespace strata::registry {

void list_builtins() {
  add_builtin<Regularizer, regularizers::L1>("keras.regularizers", "L1");
  add_builtin<Regularizer, regularizers::L2>("keras.regularizers", "L2");
  add_builtin<Regularizer, regularizers::L1L2>("keras.regularizers", "L1L2");
  add_builtin<Regularizer, regularizers::OrthogonalRegularizer>("keras.regularizers",
                                                                "OrthogonalRegularizer");
}

}  // namespace strata::registry
