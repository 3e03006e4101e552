// Stands in for the ONNX writer in a library that is built without it.
#include "core/check.hpp"
#include "strata/models/model.hpp"

namespace strata {

void Model::export_onnx(const std::string&, const OnnxOptions&) const {
  raise<StateError>(name(),
                    "export_onnx takes a library that was built with ONNX. Received: one that was "
                    "built without; configure it with -DSTRATA_WITH_ONNX=ON, which takes "
                    "libonnx-dev and libprotobuf-dev.");
}

}  // namespace strata
