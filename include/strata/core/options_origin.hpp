// Where the options of a layer or an optimizer were written.
#pragma once

namespace strata {

/// Keras accepts some options that have no effect, a bias regularizer without a bias, say, and
/// writes them into its files. In code they are a mistake and raise; what a config says is kept,
/// written back, and stays without effect.
enum class OptionsOrigin { code, config };

}  // namespace strata
