// The steps of a GRU, forward and back through time. Its gates stand side by side in the order
// update, reset, candidate.
#pragma once

#include "kernels/recurrent/recurrence.hpp"

namespace strata::kernels {

/// Whether the reset gate scales the state's product with the recurrent kernel (`after`) or the
/// state itself.
enum class ResetGate { before, after };

/// `hidden` holds the initial state.
struct GruForward {
  Recurrence recurrence;
  ResetGate reset;
  /// (steps, batch, 3 units): the inputs' part of the sums, which the gates' values replace.
  float* gates;
  StateHistory hidden;
  const float* recurrent_bias;  ///< (3 units), with `after`; may be null
  /// With `after`, the state's products (batch, 3 units) of each step, with bias; with `before`, the
  /// scaled states (batch, units). Those of one step if not all are kept.
  float* inner;
  OutputRows<float> outputs;
};
void gru_forward(const GruForward& gru);

struct GruBackward {
  Recurrence recurrence;
  ResetGate reset;
  const float* gates;   ///< the gates' values
  float* sum_gradient;  ///< (steps, batch, 3 units), of the inputs' part of the sums
  const float* hidden;
  const float* inner;
  float* inner_gradient;  ///< with `after`, of the state's products
  OutputRows<const float> upstream;
  float* hidden_gradient;  ///< (batch, units), of the final state, which the initial one's replaces
};
void gru_backward(const GruBackward& gru);

}  // namespace strata::kernels
