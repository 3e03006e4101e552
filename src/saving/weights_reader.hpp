// What all files of weights have in common: whose tensors they hold, and how a model takes them over.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/tensor_file.hpp"
#include "strata/models/model.hpp"

namespace strata::saving {

/// A layer's own weights and the tensors of a file that are their values.
struct LayerMatch {
  std::string layer;  ///< as errors name it
  std::vector<Variable> weights;
  std::vector<std::size_t> tensors;  ///< their indices in the file, one a weight
  std::string mismatch = {};         ///< why the file has no such tensors; empty if it has
  /// Those that the weights' rules have kept, in the order of the weights; none where the file
  /// doesn't hold them.
  std::vector<std::size_t> kept = {};
};

/// The rule of a weight that has its value, which may keep it; null if it has none.
std::shared_ptr<const Regularizer> attached_rule(const Variable& weight, const Tensor& value);

/// The state of an optimizer in a file.
struct StoredOptimizer {
  std::int64_t iteration;
  /// The indices of its other variables in Keras 3's order: the rate unless a schedule gives it,
  /// then the slots.
  std::vector<std::size_t> tensors;
  /// In files of Keras 2, whose order is another, what each tensor is in Keras 3's words: `momentum`,
  /// `velocity`, …, `learning_rate`. Those of one kind are in the order of the weights; there may be
  /// kinds that the optimizer doesn't need, and none of the rate.
  std::optional<std::vector<std::string>> kinds = {};
};

/// An open file of weights. A new format is a class of this kind.
class WeightsReader {
 public:
  virtual ~WeightsReader() = default;

  virtual const io::TensorFile& tensors() const = 0;
  /// Which tensors are the weights of which layer. Shapes are compared by the caller.
  virtual std::vector<LayerMatch> match(const Model& model) const = 0;
  /// Nothing if the file has no optimizer.
  virtual std::optional<StoredOptimizer> optimizer() const { return std::nullopt; }

  const io::Origin& origin() const { return origin_; }
  /// Bytes that the tensors may take.
  std::int64_t max_memory() const { return max_memory_; }

 protected:
  WeightsReader(io::Origin origin, std::int64_t max_memory)
      : origin_(std::move(origin)), max_memory_(max_memory) {}

 private:
  io::Origin origin_;
  std::int64_t max_memory_;
};

/// What happens where the file has not what a layer needs. An optimizer whose state does not fit
/// begins anew, but for the last, which is that of a run that goes on.
enum class Mismatch { kRaise, kSkipLayer, kRaiseForOptimizerToo };

/// Assigns the file's weights to the model, and its optimizer's state if both have it: everything
/// is read and compared before the first assignment. Returns a line for each layer that was
/// skipped, or raises IoError that lists all mismatches.
std::vector<std::string> take_over(Model& model, const WeightsReader& file,
                                   Mismatch mismatch = Mismatch::kRaise);

}  // namespace strata::saving
