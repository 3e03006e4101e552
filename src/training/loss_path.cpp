// Refuses a data loss that trains nothing because the predictions left the tape.
#include "training/loss_path.hpp"

#include <algorithm>

#include "autodiff/dependence.hpp"
#include "core/check.hpp"

namespace strata::training {

void check_loss_path(const Layer& model, const Tensors& predictions, const Tensor& data_loss) {
  if (!autodiff::is_recording() ||
      std::any_of(predictions.begin(), predictions.end(), autodiff::leads_to_weight))
    return;
  if (data_loss.item() == 0.0f) return;  // the loss of an empty batch is 0 too
  if (model.trainable_variables().empty()) return;
  raise(model.name(),
        "the outputs must depend on the trainable weights by ops, or the data loss trains nothing; "
        "values(), item(), ops::stop_gradient and ops with gradient 0 leave the tape. Received: "
        "outputs without a gradient, a data loss of {}.",
        data_loss.item());
}

}  // namespace strata::training
