// What every layer must keep to, built-in or a user's own, whatever it computes.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "strata/layers/layer.hpp"
#include "strata/tensor/shape.hpp"

namespace strata::testing {

/// A row of the contract.
struct LayerCase {
  std::string name;                      ///< The class as configs name it.
  std::function<LayerHandle()> make;     ///< A new one, every slot filled and every seed fixed.
  Shape input;                           ///< Of a batch.
  Shape output;                          ///< What becomes of it.
  std::vector<WeightAxes> weights = {};  ///< Of each weight, trained or not, its axes.
  int penalties = 1;                     ///< Length of losses() after a call; 1 is the activity's.
  int indices = 0;  ///< If not 0, inputs are whole numbers below it, and have no gradient.
};

std::ostream& operator<<(std::ostream& out, const LayerCase& row);

/// Outputs have the shape announced, known batch or not, built or not.
void expect_output_shape(const LayerCase& row);
/// All weights are made, and every slot pays.
void expect_weights_and_penalties(const LayerCase& row);
/// Every weight has a path of its own, in the order of weights(), and says which axes are the
/// inputs' and the outputs'.
void expect_named_weights(const LayerCase& row);
/// No random state is hidden: a call in training is the same again once the states are set back.
void expect_random_states(const LayerCase& row);
/// A config makes an equal layer, and an unknown key is refused by name.
void expect_config_round_trip(const LayerCase& row);
/// Every penalty has a gradient, of its weight or of the inputs.
void expect_penalty_gradients(const LayerCase& row);
/// An activity penalty is a mean over samples; of no samples it is 0.
void expect_activity_per_sample(const LayerCase& row);
/// set_regularizer counts at once, in losses and config, before the weights are made and after.
void expect_set_regularizer(const LayerCase& row);
/// A frozen layer trains no weight and pays for none, but for its activity.
void expect_frozen(const LayerCase& row);
/// A small step against the gradient lowers the loss.
void expect_learning(const LayerCase& row);
/// Outputs, losses and gradients are the same to the bit with one thread and with two.
void expect_same_bits_for_any_threads(const LayerCase& row);

}  // namespace strata::testing
