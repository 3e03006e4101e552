// Permute: a transposition that leaves the batch axis in front.
#include "strata/layers/permute.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, PermuteOptions& options) {
  std::vector<int> dims = options.dims;
  fields("dims", dims);
  options.dims = std::move(dims);
}

Permute::Permute(Options options)
    : Layer("Permute", options.name, options.activity_regularizer), options_(std::move(options)) {
  const std::vector<int>& given = dims();
  std::vector<int> each(given.size());
  std::iota(each.begin(), each.end(), 1);
  check(std::is_permutation(given.begin(), given.end(), each.begin()), "Permute",
        "dims must have each axis of a sample once, counted from 1. Received: dims=({}).",
        fmt::join(given, ", "));
}

void Permute::check_input(const Shape& input) const {
  const int rank = static_cast<int>(dims().size()) + 1;
  check<ShapeError>(input.rank() == rank, name(),
                    "the input must have rank {}: the batch, and dims=({}). Received: shape={}.",
                    rank, fmt::join(dims(), ", "), input);
}

Tensor Permute::call(const Tensor& inputs, const CallContext&) {
  std::vector<int> axes = {0};
  axes.insert(axes.end(), dims().begin(), dims().end());
  return ops::transpose(inputs, axes);
}

Shape Permute::compute_output_shape(const Shape& input) {
  check_input(input);
  Shape output = {input.front()};
  for (const int axis : dims()) output.append(input[axis]);
  return output;
}

std::optional<std::vector<Layer::RegularizerSlot>> Permute::regularizer_slots() {
  return std::vector<Layer::RegularizerSlot>();
}

Config Permute::get_config() const { return with_fields(Layer::get_config(), options_); }

Permute Permute::from_config(const Config& config) {
  check(config.contains("dims"), "Permute", "a config needs dims. Received: {}.", config);
  Permute layer(read_options<Options>("Permute", config, {.dims = std::vector<int>()}));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
