// GradientTape: records what is computed, and plays it back for gradients.
#pragma once

#include <initializer_list>
#include <memory>
#include <vector>

#include "strata/tensor/tensor.hpp"
#include "strata/tensor/variable.hpp"

namespace strata {

struct GradientTapeOptions {
  bool persistent = false;  ///< Whether `gradient` may be called more than once.
};

/// While it is alive, operations of the thread that made it are recorded if they depend on a
/// trainable variable that was read since the tape was made, or on a watched tensor; `gradient`
/// walks back over the record. Of several tapes alive on a thread, only the newest one that is not
/// used up records. After `gradient`, a tape that is not persistent is used up.
///
/// A variable may be assigned to while the tape is alive: each operation is differentiated at the
/// value it was computed with, and the gradient for the variable is the sum over all its reads. If
/// an assignment comes between two losses, each loss is differentiated at the value it was computed
/// from. A value that was read before the tape was made is a constant.
///
///     GradientTape tape;
///     const Tensor loss = ops::sum(ops::square(weight));
///     const auto gradients = tape.gradient(loss, {weight});   // 2 * weight
///
/// The handle may be used and destroyed on a thread other than the one that made it, by one thread
/// at a time. Its destruction may coincide with any work of the thread that made it.
class GradientTape {
 public:
  explicit GradientTape(const GradientTapeOptions& options = {});
  ~GradientTape();
  GradientTape(const GradientTape&) = delete;
  GradientTape& operator=(const GradientTape&) = delete;

  class Impl;  ///< in src/autodiff/tape.hpp

  /// The same value, followed from here on.
  [[nodiscard]] Tensor watch(const Tensor& tensor);

  /// The gradient of the sum of `target`'s elements for each source. A source that `target` does
  /// not depend on gets an undefined tensor. Raises StateError if the tape is used up, and where a
  /// second derivative would be needed: if `target` depends on a gradient taken while this tape was
  /// alive, or on what an inner tape recorded. `ops::stop_gradient` makes a constant of such.
  std::vector<Tensor> gradient(const Tensor& target, const std::vector<Variable>& sources);
  std::vector<Tensor> gradient(const Tensor& target, const std::vector<Tensor>& watched);
  std::vector<Tensor> gradient(const Tensor& target, std::initializer_list<Variable> sources) {
    return gradient(target, std::vector<Variable>(sources));
  }
  std::vector<Tensor> gradient(const Tensor& target, std::initializer_list<Tensor> watched) {
    return gradient(target, std::vector<Tensor>(watched));
  }
  Tensor gradient(const Tensor& target, const Variable& source);
  Tensor gradient(const Tensor& target, const Tensor& watched);

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace strata
