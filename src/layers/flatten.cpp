// Flatten: the shapes and the reshaping of its inputs.
#include "strata/layers/flatten.hpp"

#include <numeric>
#include <optional>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata::layers {

Flatten::Flatten(Options options)
    : Layer("Flatten", options.name, options.activity_regularizer), options_(std::move(options)) {
  const std::string& format = options_.data_format;
  check(format == "channels_last" || format == "channels_first", "Flatten",
        "data_format must be \"channels_last\" or \"channels_first\". Received: data_format={}.",
        format);
}

void Flatten::check_input(const Shape& input) const {
  check<ShapeError>(input.rank() >= 1, name(), "the input must have rank >= 1. Received: shape={}.",
                    input);
}

Tensor Flatten::call(const Tensor& inputs, const CallContext&) {
  const Shape output = compute_output_shape(inputs.shape());
  if (options_.data_format == "channels_last" || inputs.rank() < 3) {
    return ops::reshape(inputs, output);
  }
  std::vector<int> axes(static_cast<std::size_t>(inputs.rank()));
  std::iota(axes.begin() + 1, axes.end() - 1, 2);
  axes.back() = 1;
  return ops::reshape(ops::transpose(inputs, axes), output);
}

Shape Flatten::compute_output_shape(const Shape& input) {
  check_input(input);
  const Shape sample = input.without(0);
  return {input.front(), sample.is_known() ? sample.element_count() : Shape::kUnknown};
}

std::optional<std::vector<Layer::RegularizerSlot>> Flatten::regularizer_slots() {
  return std::vector<RegularizerSlot>();
}

template <class Fields>
void list_fields(Fields& fields, FlattenOptions& options) {
  fields.or_default("data_format", options.data_format);
}

Config Flatten::get_config() const { return with_fields(Layer::get_config(), options_); }

Flatten Flatten::from_config(const Config& config) {
  Flatten layer(read_options<Options>("Flatten", config));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
