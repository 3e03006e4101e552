// The steps of an LSTM, forward and back through time. Its gates stand side by side in the order
// input, forget, candidate, output.
#pragma once

#include "kernels/recurrent/recurrence.hpp"

namespace strata::kernels {

/// `hidden` and `carry` hold the initial states.
struct LstmForward {
  Recurrence recurrence;
  /// (steps, batch, 4 units): the inputs' part of the sums, which the gates' values replace.
  float* gates;
  StateHistory hidden;
  StateHistory carry;
  float* carry_tanh;  ///< tanh(carry) after each step, or of the last step if not all are kept
  OutputRows<float> outputs;
};
void lstm_forward(const LstmForward& lstm);

struct LstmBackward {
  Recurrence recurrence;
  const float* gates;   ///< the gates' values
  float* sum_gradient;  ///< (steps, batch, 4 units), of the sums
  const float* carry;
  const float* carry_tanh;
  OutputRows<const float> upstream;
  float* hidden_gradient;  ///< (batch, units), of the final state, which the initial one's replaces
  float* carry_gradient;   ///< the same
};
void lstm_backward(const LstmBackward& lstm);

}  // namespace strata::kernels
