// A library that is built without ONNX says so.
#include <gtest/gtest.h>

#include "strata/strata.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

TEST(ExportOnnxLeftOut, SaysHowToHaveIt) {
  const Sequential model(SequentialOptions{.layers = {layers::Input({3})}, .name = "net"});
  EXPECT_THAT([&] { model.export_onnx("model.onnx"); },
              Raises<StateError>(
                  "net: export_onnx takes a library that was built with ONNX. Received: one that "
                  "was built without; configure it with -DSTRATA_WITH_ONNX=ON, which takes "
                  "libonnx-dev and libprotobuf-dev."));
}

}  // namespace
}  // namespace strata::testing
