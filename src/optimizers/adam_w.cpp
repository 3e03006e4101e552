// AdamW: its options as Adam's.
#include "strata/optimizers/adam_w.hpp"

#include "optimizers/options.hpp"

namespace strata::optimizers {

template <class Fields>
void list_fields(Fields& fields, AdamWOptions& options) {
  list_adam_fields(fields, options);
}

namespace {

AdamOptions as_adam(const AdamWOptions& options) {
  AdamOptions adam;
  const FieldCopier copier;
  list_base_fields(copier, adam, options);
  list_adam_fields(copier, adam, options);
  return adam;
}

}  // namespace

AdamW::AdamW(const Options& options) : AdamW(options, OptionsOrigin::code) {}

AdamW::AdamW(const Options& options, OptionsOrigin origin)
    : Adam(as_adam(options), origin, "AdamW") {}

AdamW AdamW::from_config(const Config& config) {
  return {read_options<Options>("AdamW", config), OptionsOrigin::config};
}

}  // namespace strata::optimizers
