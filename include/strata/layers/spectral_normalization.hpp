// SpectralNormalization: a layer whose kernel has the largest singular value 1.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <vector>

#include "strata/layers/layer.hpp"

namespace strata::layers {

struct SpectralNormalizationOptions {
  LayerHandle layer;         ///< One with a kernel, or with embeddings.
  int power_iterations = 1;  ///< Steps towards the largest singular value per call, > 0.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `spectral_normalization`, ….
};

/// In training, divides the layer's kernel by an estimate of its largest singular value and calls
/// the layer with it; in inference it only calls the layer. The kernel is a matrix with its last
/// axis as columns. Each call in training takes some steps of the power method from where the last
/// one ended: the weight vector_u, `(1, columns)`, which is not trained.
///
///     layers::SpectralNormalization(layers::Dense(64))
///
/// The kernel itself is assigned, as by Keras with TensorFlow and PyTorch and in any call outside of
/// `fit`: the gradient is that of the divided kernel. (`fit` with JAX forgets the division.)
///
/// Raises InvalidArgument on a number of iterations that is not positive, and, when it is built, on
/// a layer with neither kernel nor embeddings. Miyato et al., 2018;
/// https://keras.io/api/layers/normalization_layers/spectral_normalization/.
class SpectralNormalization : public Layer {
 public:
  using Options = SpectralNormalizationOptions;

  explicit SpectralNormalization(Options options);
  template <std::derived_from<Layer> L>
  requires(!std::same_as<L, SpectralNormalization>) explicit SpectralNormalization(L layer)
      : SpectralNormalization(Options{.layer = LayerHandle(std::move(layer))}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;
  static SpectralNormalization from_config(const Config& config);
  FileLayout file_layout() const override;

  const std::shared_ptr<Layer>& layer() const { return layer_; }
  int power_iterations() const { return power_iterations_; }
  const Variable& vector_u() const { return vector_u_; }

 protected:
  void create_weights(const Shape& input_shape) override;
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;
  void restore_trainable(bool trainable) override;

 private:
  void normalize_kernel();

  std::shared_ptr<Layer> layer_;
  int power_iterations_;
  Variable kernel_;
  Variable vector_u_;
};

}  // namespace strata::layers
