// Recurrences over whole sequences, each one op: what the layers SimpleRNN, LSTM and GRU compute.
#pragma once

#include "strata/tensor/tensor.hpp"
#include "strata/tensor/tensors.hpp"

namespace strata::ops {

/// How a recurrence goes through a sequence and what it returns.
struct RecurrenceOptions {
  bool return_sequences = false;      ///< Every step's output, not the last one's alone.
  bool return_state = false;          ///< Also the state after the last step.
  bool go_backwards = false;          ///< The last step first; outputs in the order of processing.
  bool zero_output_for_mask = false;  ///< What a skipped step outputs: zeros, else the last output.
  /// (batch, steps): a sample skips the steps where it is 0, and keeps its state. Default: none.
  Tensor mask = {};
};

struct RecurrentOutputs {
  Tensor outputs;  ///< (batch, steps, units), or (batch, units) of the last step
  Tensors states;  ///< Final states, (batch, units) each; empty without `return_state`.
};

/// The weights of a recurrence. Gates stand side by side: in an LSTM input, forget, candidate,
/// output, in a GRU update, reset, candidate.
struct RecurrentWeights {
  Tensor kernel;            ///< (in, gates · units)
  Tensor recurrent_kernel;  ///< (units, gates · units)
  Tensor bias = {};         ///< (gates · units), of a GRU (2, gates · units); may be undefined
};

/// `h' = tanh(x · kernel + h · recurrent_kernel + bias)` for each step x of `inputs`, which is
/// (batch, steps, in), from the state h, `initial_state`; an undefined one is zeros. Raises
/// ShapeError on shapes that don't fit, or without a step.
RecurrentOutputs simple_rnn(const Tensor& inputs, const Tensor& initial_state,
                            const RecurrentWeights& weights, const RecurrenceOptions& options = {});

/// Long short-term memory, with the states h and c: `c' = f c + i g` and `h' = o tanh(c')`, where
/// `i, f, o = sigmoid(z)` and `g = tanh(z)` of their parts of
/// `z = x · kernel + h · recurrent_kernel + bias`. Returns the states h, c.
RecurrentOutputs lstm(const Tensor& inputs, const Tensor& initial_hidden,
                      const Tensor& initial_carry, const RecurrentWeights& weights,
                      const RecurrenceOptions& options = {});

/// Gated recurrent unit: `h' = z h + (1 - z) g` with update gate z, reset gate r and candidate
/// `g = tanh(x · kernel + bias[0] + r (h · recurrent_kernel + bias[1]))`, each by their parts.
RecurrentOutputs gru(const Tensor& inputs, const Tensor& initial_state,
                     const RecurrentWeights& weights, const RecurrenceOptions& options = {});

/// The same with the reset gate before the product: `g = tanh(x · kernel + bias + (r h) ·
/// recurrent_kernel)`. The bias is (3 units).
RecurrentOutputs gru_reset_before(const Tensor& inputs, const Tensor& initial_state,
                                  const RecurrentWeights& weights,
                                  const RecurrenceOptions& options = {});

}  // namespace strata::ops
