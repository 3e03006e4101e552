// StackedRNNCells: each cell goes through the whole sequence before the next one does.
#include "strata/layers/stacked_rnn_cells.hpp"

#include <utility>

#include "core/check.hpp"
#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "layers/recurrent_cell.hpp"
#include "strata/layers/rnn.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata::layers {
namespace {

struct StackConfig {
  std::string name = {};
};

template <class Fields>
void list_fields(Fields& fields, StackConfig&) {
  fields.ignore("cells");
}

// The states of each cell among those of all.
std::vector<Tensors> states_by_cell(const std::vector<std::shared_ptr<RNNCell>>& cells,
                                    const Tensors& states) {
  std::vector<Tensors> by_cell;
  const Tensor* next = states.begin();
  for (const auto& cell : cells) {
    const Tensor* const first = std::exchange(next, next + cell->state_size().size());
    by_cell.emplace_back(std::vector<Tensor>(first, next));
  }
  return by_cell;
}

}  // namespace

RNNCellHandle::RNNCellHandle(std::initializer_list<LayerHandle> cells)
    : RNNCellHandle(std::vector<LayerHandle>(cells)) {}

RNNCellHandle::RNNCellHandle(std::vector<LayerHandle> cells)
    : cell_(std::make_shared<StackedRNNCells>(std::move(cells))) {}

StackedRNNCells::StackedRNNCells(Options options) : RNNCell("StackedRNNCells", options.name) {
  const std::vector<LayerHandle>& cells = options.cells;
  check(!cells.empty(), "StackedRNNCells", "cells must not be empty. Received: no cell.");
  for (const LayerHandle& handle : cells) {
    auto cell = std::dynamic_pointer_cast<RNNCell>(handle.layer());
    check(cell != nullptr, "StackedRNNCells", "cells must be cells. Received: {}.",
          handle.layer() == nullptr ? "none" : handle.layer()->name());
    track(cell);
    cells_.push_back(std::move(cell));
  }
}

std::vector<int> StackedRNNCells::state_size() const {
  std::vector<int> all;
  for (const auto& cell : cells_) {
    const std::vector<int> sizes = cell->state_size();
    all.insert(all.end(), sizes.begin(), sizes.end());
  }
  return all;
}

int StackedRNNCells::output_size() const { return cells_.back()->output_size(); }

int StackedRNNCells::output_state() const {
  const std::size_t of_last = cells_.back()->state_size().size();
  return static_cast<int>(state_size().size() - of_last) + cells_.back()->output_state();
}

Tensors StackedRNNCells::get_initial_state(std::int64_t batch) const {
  std::vector<Tensor> all;
  for (const auto& cell : cells_) {
    const Tensors states = cell->get_initial_state(batch);
    all.insert(all.end(), states.begin(), states.end());
  }
  return Tensors(std::move(all));
}

void StackedRNNCells::create_weights(const Shape& input_shape) {
  Shape shape = input_shape;
  for (const auto& cell : cells_) {
    cell->build(shape);
    shape = {input_shape.front(), cell->output_size()};
  }
}

Tensors StackedRNNCells::step(const Tensor& inputs, const Tensors& states,
                              const CallContext& context) {
  return step_by_run(*this, inputs, states, context);
}

// A sample skips a step in all cells alike, so what a lower cell outputs there is never used.
ops::RecurrentOutputs StackedRNNCells::run(const Tensor& sequences, const Tensors& initial_states,
                                           const ops::RecurrenceOptions& options,
                                           const CallContext& context) {
  const std::vector<Tensors> initial = states_by_cell(cells_, initial_states);
  ops::RecurrentOutputs result{sequences, {}};
  std::vector<Tensor> states;
  Tensor in_order = options.mask;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const bool last = i + 1 == cells_.size();
    ops::RecurrenceOptions own = options;
    own.return_sequences = options.return_sequences || !last;
    // The lower cells' outputs are in the order of processing.
    own.go_backwards = options.go_backwards && i == 0;
    if (options.go_backwards && i == 1 && options.mask.defined())
      in_order = ops::flip(options.mask, 1);
    own.mask = in_order;
    result = cells_[i]->run(result.outputs, initial[i], own, context);
    states.insert(states.end(), result.states.begin(), result.states.end());
  }
  return {result.outputs, Tensors(std::move(states))};
}

std::optional<std::vector<Layer::RegularizerSlot>> StackedRNNCells::regularizer_slots() {
  return std::vector<RegularizerSlot>();
}

void StackedRNNCells::restore_trainable(bool trainable) { set_own_trainable(trainable); }

Layer::FileLayout StackedRNNCells::file_layout() const {
  return {.own = {}, .sublayers = std::vector<std::string>(cells_.size(), "cells/*")};
}

Config StackedRNNCells::get_config() const {
  Config config = Layer::get_config();
  config["cells"] = Config::array();
  for (const auto& cell : cells_) config["cells"].push_back(serialize(*cell));
  return config;
}

StackedRNNCells StackedRNNCells::from_config(const Config& config) {
  const auto found = config.find("cells");
  check(found != config.end() && found->is_array(), "StackedRNNCells",
        "a config needs a list of cells. Received: {}.", config);
  const auto read = read_options<StackConfig>("StackedRNNCells", config);
  std::vector<LayerHandle> cells;
  for (const Config& cell : *found) cells.emplace_back(deserialize_unbuilt(cell));
  StackedRNNCells layer(Options{.cells = std::move(cells), .name = read.name});
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
