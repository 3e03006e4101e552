// Refuses a data loss that trains nothing because the predictions left the tape.
#include "training/loss_path.hpp"

#include <algorithm>

#include "autodiff/dependence.hpp"
#include "core/check.hpp"

namespace strata::training {

namespace {

bool are_inputs(const Tensors& predictions, const Tensors& inputs) {
  return std::all_of(predictions.begin(), predictions.end(), [&](const Tensor& prediction) {
    return std::any_of(inputs.begin(), inputs.end(), [&](const Tensor& input) {
      return input.values().data() == prediction.values().data();
    });
  });
}

}  // namespace

void check_loss_path(const Layer& model, const Tensors& inputs, const Tensors& predictions,
                     const Tensor& data_loss) {
  if (std::any_of(predictions.begin(), predictions.end(), autodiff::leads_to_weight)) return;
  if (data_loss.item() == 0.0f) return;  // the loss of an empty batch is 0 too
  if (model.trainable_variables().empty() || are_inputs(predictions, inputs)) return;
  raise(model.name(),
        "the outputs must depend on the trainable weights by ops, or the data loss trains nothing; "
        "{}. Received: outputs without a gradient, a data loss of {}.",
        autodiff::kLeavesTheTape, data_loss.item());
}

}  // namespace strata::training
