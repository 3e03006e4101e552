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

/// While it is alive on this thread, operations on trainable variables and on watched tensors are
/// recorded; `gradient` sweeps back over the record. Of several tapes alive on a thread only the
/// youngest that is not used up records. After `gradient`, a tape that is not persistent is used
/// up.
///
///     GradientTape tape;
///     const Tensor loss = ops::sum(ops::square(weight));
///     const auto gradients = tape.gradient(loss, {weight});   // 2 * weight
class GradientTape {
 public:
  explicit GradientTape(const GradientTapeOptions& options = {});
  ~GradientTape();
  GradientTape(const GradientTape&) = delete;
  GradientTape& operator=(const GradientTape&) = delete;

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
  class Impl;
  friend class TapeAccess;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strata
