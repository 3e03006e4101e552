// The fields that the configs of all losses begin with.
#pragma once

#include "core/fields.hpp"
#include "strata/losses/loss.hpp"

namespace strata::losses {

/// Of an options struct, or of two for a FieldCopier.
void list_base_fields(auto& fields, auto&... options) {
  fields.or_default("name", options.name...);
  fields.null_means("reduction", "none", options.reduction...);  // as in Keras
  fields.neutral_float32("dtype");
}

}  // namespace strata::losses
