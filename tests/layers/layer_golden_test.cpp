// Every layer that has no test of its own golden values: against Keras's.
#include "support/layer_golden.hpp"

#include <gtest/gtest.h>

#include "support/golden.hpp"

namespace strata::testing {
namespace {

class LayerGolden : public ::testing::TestWithParam<Config> {};

TEST_P(LayerGolden, AgreesWithKeras) { expect_as_keras(GetParam()); }

std::string name_of(const ::testing::TestParamInfo<Config>& test) {
  return test.param["layer"].get<std::string>() + "_" + std::to_string(test.index);
}

INSTANTIATE_TEST_SUITE_P(
    Core, LayerGolden,
    ::testing::ValuesIn(layer_cases("layers_core", {"Activation", "ActivityRegularization", "Dense",
                                                    "Dropout", "Embedding", "Flatten", "Permute",
                                                    "ReLU", "RepeatVector", "Reshape", "Softmax"})),
    name_of);

INSTANTIATE_TEST_SUITE_P(Masking, LayerGolden, ::testing::ValuesIn(golden_cases("layers_masking")),
                         name_of);

INSTANTIATE_TEST_SUITE_P(
    Normalization, LayerGolden,
    ::testing::ValuesIn(layer_cases("layers_norm", {"BatchNormalization", "GroupNormalization",
                                                    "LayerNormalization", "PReLU",
                                                    "RMSNormalization", "UnitNormalization"})),
    name_of);

INSTANTIATE_TEST_SUITE_P(Elementwise, LayerGolden,
                         ::testing::ValuesIn(layer_cases("layers_core",
                                                         {"AlphaDropout", "ELU", "GaussianDropout",
                                                          "GaussianNoise", "Identity", "LeakyReLU",
                                                          "PReLU", "Rescaling", "SpatialDropout1D",
                                                          "SpatialDropout2D", "SpatialDropout3D"})),
                         name_of);

INSTANTIATE_TEST_SUITE_P(
    Convolution, LayerGolden,
    ::testing::ValuesIn(layer_cases("layers_conv",
                                    {"Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose",
                                     "Conv2DTranspose", "Conv3DTranspose", "DepthwiseConv1D",
                                     "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"})),
    name_of);

INSTANTIATE_TEST_SUITE_P(Pooling, LayerGolden,
                         ::testing::ValuesIn(layer_cases("layers_pool", {"MaxPooling1D",
                                                                         "MaxPooling2D",
                                                                         "MaxPooling3D",
                                                                         "AveragePooling1D",
                                                                         "AveragePooling2D",
                                                                         "AveragePooling3D",
                                                                         "GlobalMaxPooling1D",
                                                                         "GlobalMaxPooling2D",
                                                                         "GlobalMaxPooling3D",
                                                                         "GlobalAveragePooling1D",
                                                                         "GlobalAveragePooling2D",
                                                                         "GlobalAveragePooling3D",
                                                                         "ZeroPadding1D",
                                                                         "ZeroPadding2D",
                                                                         "ZeroPadding3D",
                                                                         "Cropping1D",
                                                                         "Cropping2D",
                                                                         "Cropping3D",
                                                                         "UpSampling1D",
                                                                         "UpSampling2D",
                                                                         "UpSampling3D"})),
                         name_of);

INSTANTIATE_TEST_SUITE_P(Spatial, LayerGolden, ::testing::ValuesIn(golden_cases("layers_spatial")),
                         name_of);

}  // namespace
}  // namespace strata::testing
