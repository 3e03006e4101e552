// Whether the options of a layer or an optimizer come from code or from a config.
#pragma once

namespace strata {

/// Keras accepts some options that have no effect, such as a bias regularizer without a bias, and
/// writes them into its files. In code they are a mistake and raise; from a config they are kept
/// and written back, still without effect.
enum class OptionsOrigin { code, config };

}  // namespace strata
