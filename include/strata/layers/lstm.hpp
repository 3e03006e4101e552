// LSTMCell and LSTM: long short-term memory.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "strata/activations/activation.hpp"
#include "strata/core/options_origin.hpp"
#include "strata/core/required.hpp"
#include "strata/layers/rnn.hpp"
#include "strata/tensor/random.hpp"

namespace strata::layers {

struct LSTMCellOptions {
  Required<int> units;                 ///< Length of the output and of each state, > 0.
  ActivationSpec activation = "tanh";  ///< Of the new state. Empty: none.
  ActivationSpec recurrent_activation = "sigmoid";  ///< Of the gates.
  bool use_bias = true;                             ///< Add a learned vector to the sums.
  InitializerSpec kernel_initializer = "glorot_uniform";
  InitializerSpec recurrent_initializer = "orthogonal";
  InitializerSpec bias_initializer = "zeros";
  bool unit_forget_bias = true;                ///< The forget gate's bias starts from ones.
  RegularizerSpec kernel_regularizer = {};     ///< Penalty on the inputs' kernel.
  RegularizerSpec recurrent_regularizer = {};  ///< Penalty on the states' kernel.
  RegularizerSpec bias_regularizer = {};       ///< Penalty on the bias.
  ConstraintSpec kernel_constraint = {};       ///< Projection after each update.
  ConstraintSpec recurrent_constraint = {};    ///< The same for the states' kernel.
  ConstraintSpec bias_constraint = {};         ///< The same for the bias.
  float dropout = 0.0f;                        ///< Share of the inputs that is dropped, in [0, 1].
  float recurrent_dropout = 0.0f;              ///< Share of the state that is dropped, in [0, 1].
  std::optional<std::int64_t> seed =
      {};                 ///< Of the dropout. Default: a child of the process-wide stream.
  std::string name = {};  ///< Default: `lstm_cell`, `lstm_cell_1`, ….
};

struct LSTMOptions {
  Required<int> units;                 ///< Length of the output and of each state, > 0.
  ActivationSpec activation = "tanh";  ///< Of the new state. Empty: none.
  ActivationSpec recurrent_activation = "sigmoid";  ///< Of the gates.
  bool use_bias = true;                             ///< Add a learned vector to the sums.
  InitializerSpec kernel_initializer = "glorot_uniform";
  InitializerSpec recurrent_initializer = "orthogonal";
  InitializerSpec bias_initializer = "zeros";
  bool unit_forget_bias = true;                ///< The forget gate's bias starts from ones.
  RegularizerSpec kernel_regularizer = {};     ///< Penalty on the inputs' kernel.
  RegularizerSpec recurrent_regularizer = {};  ///< Penalty on the states' kernel.
  RegularizerSpec bias_regularizer = {};       ///< Penalty on the bias.
  RegularizerSpec activity_regularizer = {};   ///< Penalty on each output, divided by the batch.
  ConstraintSpec kernel_constraint = {};       ///< Projection after each update.
  ConstraintSpec recurrent_constraint = {};    ///< The same for the states' kernel.
  ConstraintSpec bias_constraint = {};         ///< The same for the bias.
  float dropout = 0.0f;                        ///< Share of the inputs that is dropped, in [0, 1].
  float recurrent_dropout = 0.0f;              ///< Share of the state that is dropped, in [0, 1].
  std::optional<std::int64_t> seed =
      {};                         ///< Of the dropout. Default: a child of the process-wide stream.
  bool return_sequences = false;  ///< Every step's output, not the last one's alone.
  bool return_state = false;      ///< Also the states after the last step.
  bool go_backwards = false;      ///< The last step first; outputs in the order of processing.
  bool stateful = false;          ///< A batch starts from the states that the last one ended with.
  bool unroll = false;            ///< Keras's; there is nothing to unroll.
  std::optional<bool> use_cudnn = {};  ///< Default: Keras's "auto". True is refused.
  bool zero_output_for_mask = false;   ///< A masked step outputs zeros, else the last output.
  std::string name = {};               ///< Default: `lstm`, `lstm_1`, ….
};

/// One step, with the states h, which is the output too, and c: of
/// `z = x · kernel + h · recurrent_kernel + bias`, which has a part for each gate,
/// `i, f, o = recurrent_activation(z)` and `g = activation(z)`; then `c' = f c + i g` and
/// `h' = o activation(c')`.
///
/// Kernel `(in, 4 units)`, recurrent kernel `(units, 4 units)`, bias `(4 units)`, with the gates in
/// the order i, f, g, o.
/// Raises InvalidArgument if `units <= 0`, on a dropout outside [0, 1], or if a rule is set for a
/// bias that is left out.
/// See https://keras.io/api/layers/recurrent_layers/lstm_cell/.
class LSTMCell : public RNNCell {
 public:
  using Options = LSTMCellOptions;

  explicit LSTMCell(Options options);
  template <std::same_as<int> I>
  explicit LSTMCell(I units) : LSTMCell(Options{.units = units}) {}

  std::vector<int> state_size() const override { return {options_.units, options_.units}; }
  Tensors step(const Tensor& inputs, const Tensors& states, const CallContext& context) override;
  ops::RecurrentOutputs run(const Tensor& sequences, const Tensors& initial_states,
                            const ops::RecurrenceOptions& options,
                            const CallContext& context) override;
  Config get_config() const override;
  static LSTMCell from_config(const Config& config);

  const Options& options() const { return options_; }
  const Variable& kernel() const { return kernel_; }
  const Variable& recurrent_kernel() const { return recurrent_kernel_; }
  const Variable& bias() const { return bias_; }

 protected:
  void create_weights(const Shape& input_shape) override;
  void make_weights(const Shape& input_shape, const AddWeight& add) override;
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;
  std::vector<RandomStream> random_streams() override;

 private:
  friend class LSTM;
  LSTMCell(Options options, OptionsOrigin origin);

  Options options_;
  random::Generator generator_;
  Variable kernel_;
  Variable recurrent_kernel_;
  Variable bias_;
};

/// An `LSTMCell` over a sequence `(batch, steps, in)`; see RNN. Its weights are the layer's own, and
/// so are their penalties: `kernel`, `recurrent_kernel`, `bias`. Fastest with the default
/// activations and without recurrent dropout, where all steps are one op.
///
///     layers::LSTM({.units = 64, .recurrent_regularizer = regularizers::L2(1e-4f)})
///
/// See https://keras.io/api/layers/recurrent_layers/lstm/.
class LSTM : public RNN {
 public:
  using Options = LSTMOptions;

  explicit LSTM(Options options);
  template <std::same_as<int> I>
  explicit LSTM(I units) : LSTM(Options{.units = units}) {}

  Config get_config() const override;
  static LSTM from_config(const Config& config);

  int units() const { return own_cell().options().units; }
  const Variable& kernel() const { return own_cell().kernel(); }
  const Variable& recurrent_kernel() const { return own_cell().recurrent_kernel(); }
  const Variable& bias() const { return own_cell().bias(); }

 private:
  LSTM(Options options, OptionsOrigin origin);
  const LSTMCell& own_cell() const { return static_cast<const LSTMCell&>(cell()); }

  std::optional<bool> use_cudnn_;
};

}  // namespace strata::layers
