// Select: its indices, and the gathering of them.
#include "strata/layers/select.hpp"

#include <algorithm>
#include <utility>

#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "ops/pick_runs.hpp"
#include "tensor/format.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, SelectOptions& options) {
  std::vector<int> indices = options.indices;
  fields("indices", indices);
  options.indices = std::move(indices);
}

Select::Select(Options options)
    : Layer("Select", options.name, options.activity_regularizer), options_(std::move(options)) {
  check(!indices().empty(), "Select", "indices must be one index or several. Received: none.");
  const int least = *std::min_element(indices().begin(), indices().end());
  check(least >= 0, "Select", "indices count from 0. Received: index {}.", least);
  largest_ = *std::max_element(indices().begin(), indices().end());
  runs_ = std::make_shared<const std::vector<ops::IndexRun>>(ops::runs_of(indices()));
}

void Select::check_input(const Shape& input) const {
  check<ShapeError>(input.rank() >= 2, name(), "the input must have rank >= 2. Received: shape={}.",
                    input);
  check<ShapeError>(input.back() > largest_, name(),
                    "the input's last axis must have an index {}. Received: shape={}.", largest_,
                    input);
}

Tensor Select::call(const Tensor& inputs, const CallContext&) {
  return ops::pick_runs(inputs, runs_);
}

Shape Select::compute_output_shape(const Shape& input) {
  check_input(input);
  return input.with(input.rank() - 1, static_cast<std::int64_t>(indices().size()));
}

std::optional<std::vector<Layer::RegularizerSlot>> Select::regularizer_slots() {
  return std::vector<Layer::RegularizerSlot>();
}

Config Select::get_config() const { return with_fields(Layer::get_config(), options_); }

Select Select::from_config(const Config& config) {
  check(config.contains("indices"), "Select", "a config needs indices. Received: {}.", config);
  Select layer(read_options<Options>("Select", config, {.indices = std::vector<int>()}));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
