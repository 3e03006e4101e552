// Which classes of layers can be written into an ONNX graph, and how.
#pragma once

#include <typeinfo>

#include "saving/onnx/layer_writers.hpp"

namespace strata::saving {

/// Null for all other classes, those derived from one of these included: they may compute something
/// else.
using LayerWriter = Value (*)(OnnxGraph&, const Layer&, const LayerStep&);
LayerWriter onnx_writer(const std::type_info& layer);

}  // namespace strata::saving
