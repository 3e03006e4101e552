// The steps of a simple recurrence, forward and back through time.
#pragma once

#include "core/fused_activation.hpp"
#include "kernels/recurrent/recurrence.hpp"

namespace strata::kernels {

/// `hidden` holds the initial state.
struct SimpleRnnForward {
  Recurrence recurrence;
  ops::FusedActivation activation;
  float* sums;  ///< (steps, batch, units): the inputs' part, to which the state's is added
  StateHistory hidden;
  OutputRows<float> outputs;
};
void simple_rnn_forward(const SimpleRnnForward& rnn);

struct SimpleRnnBackward {
  Recurrence recurrence;
  ops::FusedActivation activation;
  float* sum_gradient;  ///< (steps, batch, units), of the sums
  const float* hidden;
  OutputRows<const float> upstream;
  float* hidden_gradient;  ///< (batch, units), of the final state, which the initial one's replaces
};
void simple_rnn_backward(const SimpleRnnBackward& rnn);

}  // namespace strata::kernels
