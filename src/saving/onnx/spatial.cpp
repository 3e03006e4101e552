// Layers over spatial axes without weights, in ONNX: padded, cropped, repeated, resized, pooled to a
// size.
#include "layers/spatial.hpp"

#include <algorithm>
#include <array>

#include "core/check.hpp"
#include "ops/axis_windows.hpp"
#include "ops/resize_options.hpp"
#include "saving/onnx/layer_writers.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata::saving {
namespace {

// What is added or taken off at both ends of an axis of a value.
struct AxisEnds {
  int axis;
  std::int64_t before;
  std::int64_t behind;
};

Value padded(OnnxGraph& graph, const Value& x, int rank, const std::vector<AxisEnds>& ends,
             float value) {
  Integers pads(2 * static_cast<std::size_t>(rank));
  for (const auto& [axis, before, behind] : ends) {
    pads[static_cast<std::size_t>(axis)] = before;
    pads[static_cast<std::size_t>(axis) + static_cast<std::size_t>(rank)] = behind;
  }
  return graph.node("Pad", {x, graph.constant("pads", pads), graph.number(value)});
}

// An end of 0 would be the front: all that follows is up to the largest number.
Value cropped(OnnxGraph& graph, const Value& x, const std::vector<AxisEnds>& ends) {
  constexpr std::int64_t kAll = 1LL << 62;
  Integers from, to, axes;
  for (const auto& [axis, before, behind] : ends) {
    axes.push_back(axis);
    from.push_back(before);
    to.push_back(behind == 0 ? kAll : -behind);
  }
  return graph.node("Slice", {x, graph.constant("starts", from), graph.constant("ends", to),
                              graph.constant("axes", axes)});
}

enum class Pick { sum, largest };

// Every window's elements along one more axis, which is then reduced. Short windows repeat their
// last element, with a weight of 0.
Value pick_windows(OnnxGraph& graph, const Value& x, int rank, int axis,
                   const kernels::AxisWindows& windows, Pick pick) {
  const auto count = static_cast<std::int64_t>(windows.outputs.size());
  std::int64_t longest = 0;
  for (const auto& window : windows.outputs) longest = std::max(longest, window.end - window.begin);
  Integers indices;
  std::vector<float> weights;
  for (const auto& window : windows.outputs) {
    for (std::int64_t i = 0; i < longest; ++i) {
      const bool inside = window.begin + i < window.end;
      indices.push_back(inside ? window.begin + i : window.end - 1);
      weights.push_back(inside ? windows.weights[static_cast<std::size_t>(window.weights + i)]
                               : 0.0f);
    }
  }
  const OnnxAttribute along = {"axis", std::int64_t{axis}};
  const bool whole =
      std::all_of(weights.begin(), weights.end(), [](float weight) { return weight == 1.0f; });
  if (longest == 1 && whole)
    return graph.node("Gather", {x, graph.constant("indices", indices)}, {along});
  const Value picked =
      graph.node("Gather", {x, graph.constant("indices", indices, {count, longest})}, {along});
  if (pick == Pick::largest)
    return graph.node("ReduceMax", {picked},
                      {{"axes", Integers{axis + 1}}, {"keepdims", std::int64_t{0}}});
  Shape shape = {count, longest};
  for (int i = axis + 1; i < rank; ++i) shape.append(1);
  const Value weighted =
      graph.node("Mul", {picked, graph.constant("weights", Tensor(shape, weights))});
  return graph.node("ReduceSum", {weighted, graph.constant("axes", Integers{axis + 1})},
                    {{"keepdims", std::int64_t{0}}});
}

std::int64_t known_extent(const Layer& layer, const LayerStep& step, int axis) {
  const std::int64_t extent = step.input_shape[axis];
  check<ShapeError>(extent != Shape::kUnknown, layer.name(),
                    "export_onnx needs the spatial extents. Received: shape={}.", step.input_shape);
  return extent;
}

// Windows that repeat each position.
template <int N>
Value repeat_positions(OnnxGraph& graph, const Layer& layer, const LayerStep& step,
                       const PerAxis<N>& size, const std::string& data_format) {
  const int first = layers::first_spatial_axis(data_format);
  return graph.by_axes(step.input, N + 2, [&](const Value& source, const std::vector<int>& axes) {
    Value x = source;
    for (int i = 0; i < N; ++i) {
      const std::int64_t extent = known_extent(layer, step, first + i);
      kernels::AxisWindows windows{.input = extent, .weights = {1.0f}};
      for (std::int64_t j = 0; j < extent * size[i]; ++j)
        windows.outputs.push_back({j / size[i], j / size[i] + 1, 0});
      x = pick_windows(graph, x, N + 2,
                       axes[static_cast<std::size_t>(first) + static_cast<std::size_t>(i)], windows,
                       Pick::sum);
    }
    return x;
  });
}

Value resized(OnnxGraph& graph, const Layer& layer, const LayerStep& step,
              const std::array<std::int64_t, 2>& size, const ops::image::ResizeOptions& options) {
  const int rank = step.input_shape.rank();
  const int rows = layers::row_axis(step.input_shape, options.data_format);
  const std::array<std::int64_t, 2> extents = {known_extent(layer, step, rows),
                                               known_extent(layer, step, rows + 1)};
  const auto plan = ops::image::resized_axes(extents, size, options);
  return graph.by_axes(step.input, rank, [&](const Value& source, const std::vector<int>& axes) {
    Value x = source;
    for (std::size_t i = 0; i < 2; ++i) {
      const int axis = axes[static_cast<std::size_t>(rows) + i];
      const auto& [begin, extent, padding, windows] = plan[i];
      if (extent < extents[i]) x = cropped(graph, x, {{axis, begin, extents[i] - extent - begin}});
      if (padding > 0) x = padded(graph, x, rank, {{axis, padding, padding}}, options.fill_value);
      if (!windows.outputs.empty()) x = pick_windows(graph, x, rank, axis, windows, Pick::sum);
    }
    return x;
  });
}

template <int N>
Value pool_adaptively(OnnxGraph& graph, const layers::AdaptivePooling<N>& layer,
                      const LayerStep& step, Pick pick) {
  const int first = layers::first_spatial_axis(layer.data_format());
  return graph.by_axes(step.input, N + 2, [&](const Value& source, const std::vector<int>& axes) {
    Value x = source;
    for (int i = 0; i < N; ++i) {
      const auto windows =
          ops::adaptive_windows(known_extent(layer, step, first + i), layer.output_size()[i]);
      x = pick_windows(graph, x, N + 2,
                       axes[static_cast<std::size_t>(first) + static_cast<std::size_t>(i)], windows,
                       pick);
    }
    return x;
  });
}

template <int N>
std::vector<AxisEnds> ends_of(const PerSide<N>& sides, const std::string& data_format,
                              const std::vector<int>& axes) {
  const int first = layers::first_spatial_axis(data_format);
  std::vector<AxisEnds> ends;
  for (int i = 0; i < N; ++i)
    ends.push_back({axes[static_cast<std::size_t>(first) + static_cast<std::size_t>(i)],
                    sides[i].before, sides[i].behind});
  return ends;
}

}  // namespace

template <int N>
Value write_zero_padding(OnnxGraph& graph, const layers::ZeroPadding<N>& layer,
                         const LayerStep& step) {
  return graph.by_axes(step.input, N + 2, [&](const Value& x, const std::vector<int>& axes) {
    return padded(graph, x, N + 2, ends_of(layer.padding(), layer.data_format(), axes), 0.0f);
  });
}

template <int N>
Value write_cropping(OnnxGraph& graph, const layers::Cropping<N>& layer, const LayerStep& step) {
  return graph.by_axes(step.input, N + 2, [&](const Value& x, const std::vector<int>& axes) {
    return cropped(graph, x, ends_of(layer.cropping(), layer.data_format(), axes));
  });
}

Value write_up_sampling_1d(OnnxGraph& graph, const layers::UpSampling1D& layer,
                           const LayerStep& step) {
  return repeat_positions<1>(graph, layer, step, layer.size(), "channels_last");
}

Value write_up_sampling_2d(OnnxGraph& graph, const layers::UpSampling2D& layer,
                           const LayerStep& step) {
  if (layer.interpolation() == "nearest")
    return repeat_positions<2>(graph, layer, step, layer.size(), layer.data_format());
  const int first = layers::first_spatial_axis(layer.data_format());
  return resized(graph, layer, step,
                 {known_extent(layer, step, first) * layer.size()[0],
                  known_extent(layer, step, first + 1) * layer.size()[1]},
                 {.interpolation = layer.interpolation(), .data_format = layer.data_format()});
}

Value write_up_sampling_3d(OnnxGraph& graph, const layers::UpSampling3D& layer,
                           const LayerStep& step) {
  return repeat_positions<3>(graph, layer, step, layer.size(), layer.data_format());
}

template <int N>
Value write_adaptive_average_pooling(OnnxGraph& graph,
                                     const layers::AdaptiveAveragePooling<N>& layer,
                                     const LayerStep& step) {
  return pool_adaptively<N>(graph, layer, step, Pick::sum);
}

template <int N>
Value write_adaptive_max_pooling(OnnxGraph& graph, const layers::AdaptiveMaxPooling<N>& layer,
                                 const LayerStep& step) {
  return pool_adaptively<N>(graph, layer, step, Pick::largest);
}

Value write_resizing(OnnxGraph& graph, const layers::Resizing& layer, const LayerStep& step) {
  const layers::ResizingOptions& options = layer.options();
  return resized(graph, layer, step, {options.height, options.width},
                 {.interpolation = options.interpolation,
                  .antialias = options.antialias,
                  .crop_to_aspect_ratio = options.crop_to_aspect_ratio,
                  .pad_to_aspect_ratio = options.pad_to_aspect_ratio,
                  .fill_mode = options.fill_mode,
                  .fill_value = options.fill_value,
                  .data_format = options.data_format});
}

Value write_center_crop(OnnxGraph& graph, const layers::CenterCrop& layer, const LayerStep& step) {
  const int rank = step.input_shape.rank();
  const int rows = layers::row_axis(step.input_shape, layer.data_format());
  const std::int64_t more_rows = known_extent(layer, step, rows) - layer.height();
  const std::int64_t more_columns = known_extent(layer, step, rows + 1) - layer.width();
  if (more_rows < 0 || more_columns < 0)
    return resized(graph, layer, step, {layer.height(), layer.width()},
                   {.crop_to_aspect_ratio = true, .data_format = layer.data_format()});
  return graph.by_axes(step.input, rank, [&](const Value& x, const std::vector<int>& axes) {
    const auto at = static_cast<std::size_t>(rows);
    return cropped(graph, x,
                   {{axes[at], more_rows / 2, more_rows - more_rows / 2},
                    {axes[at + 1], more_columns / 2, more_columns - more_columns / 2}});
  });
}

Value write_random_crop(OnnxGraph& graph, const layers::RandomCrop& layer, const LayerStep& step) {
  const layers::RandomCropOptions& options = layer.options();
  return resized(graph, layer, step, {options.height, options.width},
                 {.crop_to_aspect_ratio = true, .data_format = options.data_format});
}

template Value write_zero_padding(OnnxGraph&, const layers::ZeroPadding<1>&, const LayerStep&);
template Value write_zero_padding(OnnxGraph&, const layers::ZeroPadding<2>&, const LayerStep&);
template Value write_zero_padding(OnnxGraph&, const layers::ZeroPadding<3>&, const LayerStep&);
template Value write_cropping(OnnxGraph&, const layers::Cropping<1>&, const LayerStep&);
template Value write_cropping(OnnxGraph&, const layers::Cropping<2>&, const LayerStep&);
template Value write_cropping(OnnxGraph&, const layers::Cropping<3>&, const LayerStep&);
template Value write_adaptive_average_pooling(OnnxGraph&, const layers::AdaptiveAveragePooling<1>&,
                                              const LayerStep&);
template Value write_adaptive_average_pooling(OnnxGraph&, const layers::AdaptiveAveragePooling<2>&,
                                              const LayerStep&);
template Value write_adaptive_average_pooling(OnnxGraph&, const layers::AdaptiveAveragePooling<3>&,
                                              const LayerStep&);
template Value write_adaptive_max_pooling(OnnxGraph&, const layers::AdaptiveMaxPooling<1>&,
                                          const LayerStep&);
template Value write_adaptive_max_pooling(OnnxGraph&, const layers::AdaptiveMaxPooling<2>&,
                                          const LayerStep&);
template Value write_adaptive_max_pooling(OnnxGraph&, const layers::AdaptiveMaxPooling<3>&,
                                          const LayerStep&);

}  // namespace strata::saving
