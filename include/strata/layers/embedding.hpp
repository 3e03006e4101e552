// Embedding: a learned vector for each index.
#pragma once

#include <optional>
#include <string>

#include "strata/core/required.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

struct EmbeddingOptions {
  Required<int> input_dim;   ///< How many indices there are, > 0: from 0 to `input_dim - 1`.
  Required<int> output_dim;  ///< Length of the vectors, > 0.
  InitializerSpec embeddings_initializer = "uniform";
  RegularizerSpec embeddings_regularizer = {};  ///< Penalty on all the vectors.
  ConstraintSpec embeddings_constraint = {};    ///< Projection of the vectors after each update.
  bool mask_zero = false;                       ///< Index 0 is padding: the layers behind skip it.
  Tensor weights = {};  ///< The vectors to begin with, `(input_dim, output_dim)`.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `embedding`, `embedding_1`, ….
};

/// Replaces each index by its vector: `outputs[…, :] = embeddings[inputs[…], :]`.
///
/// Input `(batch, …)` of whole numbers; output `(batch, …, output_dim)`. Embeddings
/// `(input_dim, output_dim)`. With `mask_zero` the mask is `inputs != 0`. Raises InvalidArgument on
/// dimensions below 1 and, in a call, on an index that is not whole or not in `[0, input_dim)`;
/// ShapeError on `weights` of another shape.
/// See https://keras.io/api/layers/core_layers/embedding/.
///
///     layers::Embedding words({.input_dim = 10000, .output_dim = 64, .mask_zero = true});
class Embedding : public Layer {
 public:
  using Options = EmbeddingOptions;

  explicit Embedding(Options options);

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return options_.mask_zero; }
  Tensor compute_mask(const Tensor& inputs, const Tensor& mask) override;
  Config get_config() const override;
  static Embedding from_config(const Config& config);

  int input_dim() const { return options_.input_dim; }
  int output_dim() const { return options_.output_dim; }
  bool mask_zero() const { return options_.mask_zero; }
  const Variable& embeddings() const { return embeddings_; }

 protected:
  void create_weights(const Shape& input_shape) override;
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  Options options_;
  Variable embeddings_;
};

}  // namespace strata::layers
