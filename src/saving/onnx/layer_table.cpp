// The one list of layers that ONNX files can hold. A Sequential is none of them: its layers are
// written one after the other.
#include "saving/onnx/layer_table.hpp"

#include <algorithm>
#include <array>

#include "core/check.hpp"
#include "strata/layers/activity_regularization.hpp"
#include "strata/layers/alpha_dropout.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/gaussian_dropout.hpp"
#include "strata/layers/gaussian_noise.hpp"
#include "strata/layers/identity.hpp"
#include "strata/layers/random_brightness.hpp"
#include "strata/layers/random_contrast.hpp"
#include "strata/layers/random_flip.hpp"
#include "strata/layers/random_rotation.hpp"
#include "strata/layers/random_translation.hpp"
#include "strata/layers/random_zoom.hpp"
#include "strata/layers/spatial_dropout.hpp"
#include "strata/layers/spectral_normalization.hpp"

namespace strata::saving {
namespace {

struct LayerRow {
  const std::type_info* type;
  LayerWriter write;
};

template <class L, auto kWrite>
Value write_as(OnnxGraph& graph, const Layer& layer, const LayerStep& step) {
  return kWrite(graph, static_cast<const L&>(layer), step);
}

template <class L, auto kWrite>
constexpr LayerRow row() {
  return {&typeid(L), write_as<L, kWrite>};
}

// In inference only the layer inside is called.
Value write_wrapped(OnnxGraph& graph, const layers::SpectralNormalization& layer,
                    const LayerStep& step) {
  const Layer& inner = *layer.layer();
  const LayerWriter write = onnx_writer(typeid(inner));
  check(write != nullptr, layer.name(),
        "export_onnx takes layers of Strata's own classes. Received: layer {} of class {}.",
        inner.name(), inner.class_name());
  return write(graph, inner, step);
}

constexpr std::array kLayers = {
    row<layers::Activation, write_activation>(),
    row<layers::ActivityRegularization, write_nothing>(),
    row<layers::AdaptiveAveragePooling1D, write_adaptive_average_pooling<1>>(),
    row<layers::AdaptiveAveragePooling2D, write_adaptive_average_pooling<2>>(),
    row<layers::AdaptiveAveragePooling3D, write_adaptive_average_pooling<3>>(),
    row<layers::AdaptiveMaxPooling1D, write_adaptive_max_pooling<1>>(),
    row<layers::AdaptiveMaxPooling2D, write_adaptive_max_pooling<2>>(),
    row<layers::AdaptiveMaxPooling3D, write_adaptive_max_pooling<3>>(),
    row<layers::AlphaDropout, write_nothing>(),
    row<layers::AveragePooling1D, write_average_pooling<1>>(),
    row<layers::AveragePooling2D, write_average_pooling<2>>(),
    row<layers::AveragePooling3D, write_average_pooling<3>>(),
    row<layers::BatchNormalization, write_batch_normalization>(),
    row<layers::CenterCrop, write_center_crop>(),
    row<layers::Conv1D, write_convolution<1>>(),
    row<layers::Conv1DTranspose, write_transposed_convolution<1>>(),
    row<layers::Conv2D, write_convolution<2>>(),
    row<layers::Conv2DTranspose, write_transposed_convolution<2>>(),
    row<layers::Conv3D, write_convolution<3>>(),
    row<layers::Conv3DTranspose, write_transposed_convolution<3>>(),
    row<layers::Cropping1D, write_cropping<1>>(),
    row<layers::Cropping2D, write_cropping<2>>(),
    row<layers::Cropping3D, write_cropping<3>>(),
    row<layers::Dense, write_dense>(),
    row<layers::DepthwiseConv1D, write_depthwise_convolution<1>>(),
    row<layers::DepthwiseConv2D, write_depthwise_convolution<2>>(),
    row<layers::Dropout, write_nothing>(),
    row<layers::Embedding, write_embedding>(),
    row<layers::ELU, write_elu>(),
    row<layers::Flatten, write_flatten>(),
    row<layers::GaussianDropout, write_nothing>(),
    row<layers::GaussianNoise, write_nothing>(),
    row<layers::GlobalAveragePooling1D, write_global_average_pooling<1>>(),
    row<layers::GlobalAveragePooling2D, write_global_average_pooling<2>>(),
    row<layers::GlobalAveragePooling3D, write_global_average_pooling<3>>(),
    row<layers::GlobalMaxPooling1D, write_global_max_pooling<1>>(),
    row<layers::GlobalMaxPooling2D, write_global_max_pooling<2>>(),
    row<layers::GlobalMaxPooling3D, write_global_max_pooling<3>>(),
    row<layers::GroupNormalization, write_group_normalization>(),
    row<layers::Identity, write_nothing>(),
    row<layers::LayerNormalization, write_layer_normalization>(),
    row<layers::LeakyReLU, write_leaky_relu>(),
    row<layers::MaxPooling1D, write_max_pooling<1>>(),
    row<layers::MaxPooling2D, write_max_pooling<2>>(),
    row<layers::MaxPooling3D, write_max_pooling<3>>(),
    row<layers::Permute, write_permute>(),
    row<layers::Normalization, write_normalization>(),
    row<layers::PReLU, write_prelu>(),
    row<layers::RMSNormalization, write_rms_normalization>(),
    row<layers::RandomBrightness, write_nothing>(),
    row<layers::RandomContrast, write_nothing>(),
    row<layers::RandomCrop, write_random_crop>(),
    row<layers::RandomFlip, write_nothing>(),
    row<layers::RandomRotation, write_nothing>(),
    row<layers::RandomTranslation, write_nothing>(),
    row<layers::RandomZoom, write_nothing>(),
    row<layers::ReLU, write_relu>(),
    row<layers::RepeatVector, write_repeat_vector>(),
    row<layers::Rescaling, write_rescaling>(),
    row<layers::Reshape, write_reshape>(),
    row<layers::Resizing, write_resizing>(),
    row<layers::Select, write_select>(),
    row<layers::SeparableConv1D, write_separable_convolution<1>>(),
    row<layers::SeparableConv2D, write_separable_convolution<2>>(),
    row<layers::Softmax, write_softmax>(),
    row<layers::UpSampling1D, write_up_sampling_1d>(),
    row<layers::UpSampling2D, write_up_sampling_2d>(),
    row<layers::UpSampling3D, write_up_sampling_3d>(),
    row<layers::ZeroPadding1D, write_zero_padding<1>>(),
    row<layers::ZeroPadding2D, write_zero_padding<2>>(),
    row<layers::ZeroPadding3D, write_zero_padding<3>>(),
    row<layers::SpatialDropout1D, write_nothing>(),
    row<layers::SpatialDropout2D, write_nothing>(),
    row<layers::SpatialDropout3D, write_nothing>(),
    row<layers::SpectralNormalization, write_wrapped>(),
    row<layers::UnitNormalization, write_unit_normalization>(),
};

}  // namespace

LayerWriter onnx_writer(const std::type_info& layer) {
  const auto found = std::find_if(kLayers.begin(), kLayers.end(),
                                  [&](const LayerRow& row) { return *row.type == layer; });
  return found == kLayers.end() ? nullptr : found->write;
}

}  // namespace strata::saving
