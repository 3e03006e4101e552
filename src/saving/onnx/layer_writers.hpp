// How each kind of layer is written into an ONNX graph. Operators are those of set 17; layouts are
// the layer's own, with transpositions around operators that take channels second.
#pragma once

#include <string>

#include "saving/onnx/graph.hpp"
#include "strata/activations/activation.hpp"
#include "strata/activations/functions.hpp"
#include "strata/layers/activation.hpp"
#include "strata/layers/adaptive_pooling.hpp"
#include "strata/layers/batch_normalization.hpp"
#include "strata/layers/center_crop.hpp"
#include "strata/layers/convolution.hpp"
#include "strata/layers/cropping.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/depthwise_convolution.hpp"
#include "strata/layers/elu.hpp"
#include "strata/layers/embedding.hpp"
#include "strata/layers/flatten.hpp"
#include "strata/layers/global_pooling.hpp"
#include "strata/layers/group_normalization.hpp"
#include "strata/layers/layer_normalization.hpp"
#include "strata/layers/leaky_relu.hpp"
#include "strata/layers/normalization.hpp"
#include "strata/layers/permute.hpp"
#include "strata/layers/pooling.hpp"
#include "strata/layers/prelu.hpp"
#include "strata/layers/random_crop.hpp"
#include "strata/layers/relu.hpp"
#include "strata/layers/repeat_vector.hpp"
#include "strata/layers/rescaling.hpp"
#include "strata/layers/reshape.hpp"
#include "strata/layers/resizing.hpp"
#include "strata/layers/rms_normalization.hpp"
#include "strata/layers/select.hpp"
#include "strata/layers/separable_convolution.hpp"
#include "strata/layers/softmax.hpp"
#include "strata/layers/transposed_convolution.hpp"
#include "strata/layers/unit_normalization.hpp"
#include "strata/layers/up_sampling.hpp"
#include "strata/layers/zero_padding.hpp"

namespace strata::saving {

/// A layer's place in the graph; the batch axes of the shapes are unknown.
struct LayerStep {
  Value input;
  Shape input_shape;
  Shape output_shape;
};

// Each gives the layer's output. `activations.cpp`:
Value write_activation(OnnxGraph& graph, const layers::Activation& layer, const LayerStep& step);
Value write_relu(OnnxGraph& graph, const layers::ReLU& layer, const LayerStep& step);
Value write_leaky_relu(OnnxGraph& graph, const layers::LeakyReLU& layer, const LayerStep& step);
Value write_elu(OnnxGraph& graph, const layers::ELU& layer, const LayerStep& step);
Value write_prelu(OnnxGraph& graph, const layers::PReLU& layer, const LayerStep& step);
Value write_softmax(OnnxGraph& graph, const layers::Softmax& layer, const LayerStep& step);
/// What a layer's activation slot holds, on the layer's `x`. Raises InvalidArgument if that is not
/// one of Strata's own.
Value write_slot(OnnxGraph& graph, const Layer& layer, const ActivationSpec& slot, const Value& x);

// `affine.cpp`:
Value write_dense(OnnxGraph& graph, const layers::Dense& layer, const LayerStep& step);
/// Raises InvalidArgument on one with a mask, which the layers behind would not see.
Value write_embedding(OnnxGraph& graph, const layers::Embedding& layer, const LayerStep& step);
Value write_batch_normalization(OnnxGraph& graph, const layers::BatchNormalization& layer,
                                const LayerStep& step);

// `convolution.cpp`:
template <int N>
Value write_convolution(OnnxGraph& graph, const layers::Conv<N>& layer, const LayerStep& step);
template <int N>
Value write_depthwise_convolution(OnnxGraph& graph, const layers::DepthwiseConv<N>& layer,
                                  const LayerStep& step);
template <int N>
Value write_separable_convolution(OnnxGraph& graph, const layers::SeparableConv<N>& layer,
                                  const LayerStep& step);
template <int N>
Value write_transposed_convolution(OnnxGraph& graph, const layers::ConvTranspose<N>& layer,
                                   const LayerStep& step);

// `normalization.cpp`:
Value write_layer_normalization(OnnxGraph& graph, const layers::LayerNormalization& layer,
                                const LayerStep& step);
Value write_group_normalization(OnnxGraph& graph, const layers::GroupNormalization& layer,
                                const LayerStep& step);
Value write_rms_normalization(OnnxGraph& graph, const layers::RMSNormalization& layer,
                              const LayerStep& step);
Value write_unit_normalization(OnnxGraph& graph, const layers::UnitNormalization& layer,
                               const LayerStep& step);
Value write_normalization(OnnxGraph& graph, const layers::Normalization& layer,
                          const LayerStep& step);
Value write_rescaling(OnnxGraph& graph, const layers::Rescaling& layer, const LayerStep& step);

// `pooling.cpp`:
template <int N>
Value write_max_pooling(OnnxGraph& graph, const layers::MaxPooling<N>& layer,
                        const LayerStep& step);
template <int N>
Value write_average_pooling(OnnxGraph& graph, const layers::AveragePooling<N>& layer,
                            const LayerStep& step);
template <int N>
Value write_global_max_pooling(OnnxGraph& graph, const layers::GlobalMaxPooling<N>& layer,
                               const LayerStep& step);
template <int N>
Value write_global_average_pooling(OnnxGraph& graph, const layers::GlobalAveragePooling<N>& layer,
                                   const LayerStep& step);

// `shapes.cpp`:
Value write_permute(OnnxGraph& graph, const layers::Permute& layer, const LayerStep& step);
Value write_repeat_vector(OnnxGraph& graph, const layers::RepeatVector& layer,
                          const LayerStep& step);
Value write_select(OnnxGraph& graph, const layers::Select& layer, const LayerStep& step);
Value write_flatten(OnnxGraph& graph, const layers::Flatten& layer, const LayerStep& step);
Value write_reshape(OnnxGraph& graph, const layers::Reshape& layer, const LayerStep& step);
/// Layers that only training sees.
Value write_nothing(OnnxGraph& graph, const Layer& layer, const LayerStep& step);

// `spatial.cpp`: those with extents that only a run will tell are refused where nodes depend on them.
template <int N>
Value write_zero_padding(OnnxGraph& graph, const layers::ZeroPadding<N>& layer,
                         const LayerStep& step);
template <int N>
Value write_cropping(OnnxGraph& graph, const layers::Cropping<N>& layer, const LayerStep& step);
Value write_up_sampling_1d(OnnxGraph& graph, const layers::UpSampling1D& layer,
                           const LayerStep& step);
Value write_up_sampling_2d(OnnxGraph& graph, const layers::UpSampling2D& layer,
                           const LayerStep& step);
Value write_up_sampling_3d(OnnxGraph& graph, const layers::UpSampling3D& layer,
                           const LayerStep& step);
template <int N>
Value write_adaptive_average_pooling(OnnxGraph& graph,
                                     const layers::AdaptiveAveragePooling<N>& layer,
                                     const LayerStep& step);
template <int N>
Value write_adaptive_max_pooling(OnnxGraph& graph, const layers::AdaptiveMaxPooling<N>& layer,
                                 const LayerStep& step);
Value write_resizing(OnnxGraph& graph, const layers::Resizing& layer, const LayerStep& step);
Value write_center_crop(OnnxGraph& graph, const layers::CenterCrop& layer, const LayerStep& step);
Value write_random_crop(OnnxGraph& graph, const layers::RandomCrop& layer, const LayerStep& step);

}  // namespace strata::saving
