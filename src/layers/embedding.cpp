// Embedding: rows of a table, picked by index.
#include "strata/layers/embedding.hpp"

#include "core/context.hpp"
#include "core/fields.hpp"
#include "layers/base_fields.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata::layers {

template <class Fields>
void list_fields(Fields& fields, EmbeddingOptions& options) {
  fields("input_dim", options.input_dim);
  fields("output_dim", options.output_dim);
  fields("embeddings_initializer", options.embeddings_initializer);
  fields("embeddings_regularizer", options.embeddings_regularizer);
  fields("activity_regularizer", options.activity_regularizer);
  fields("embeddings_constraint", options.embeddings_constraint);
  fields.truth("mask_zero", options.mask_zero);
  fields.neutral("quantization_config", nullptr);
  for (const char* key : {"lora_rank", "lora_alpha"}) fields.null_alone(key);
  fields.ignore("input_length");  // of earlier releases
}

Embedding::Embedding(Options options)
    : Layer("Embedding", options.name, options.activity_regularizer), options_(std::move(options)) {
  check(options_.input_dim > 0, "Embedding",
        "input_dim must be a positive integer. Received: input_dim={}.", input_dim());
  check(options_.output_dim > 0, "Embedding",
        "output_dim must be a positive integer. Received: output_dim={}.", output_dim());
  if (!options_.weights.defined()) return;
  const Shape table = {input_dim(), output_dim()};
  check<ShapeError>(options_.weights.shape() == table, "Embedding",
                    "weights must have shape {}. Received: weights.shape={}.", table,
                    options_.weights.shape());
  create_weights({});
  embeddings_.assign(options_.weights);
  options_.weights = {};
  mark_built();
}

void Embedding::check_input(const Shape& input) const {
  check<ShapeError>(input.rank() < Shape::kMaxRank, name(),
                    "the input must have fewer than {} axes. Received: shape={}.", Shape::kMaxRank,
                    input);
}

void Embedding::create_weights(const Shape&) {
  embeddings_ = add_weight({.name = "embeddings",
                            .shape = {input_dim(), output_dim()},
                            .initializer = options_.embeddings_initializer,
                            .regularizer = options_.embeddings_regularizer,
                            .constraint = options_.embeddings_constraint,
                            .axes = {.input = 0, .output = 1}});
}

Tensor Embedding::call(const Tensor& inputs, const CallContext&) {
  return in_context(name(), [&] { return ops::gather(embeddings_, inputs); });
}

Tensor Embedding::compute_mask(const Tensor& inputs, const Tensor&) {
  return options_.mask_zero ? ops::not_equal(ops::stop_gradient(inputs), 0.0f) : Tensor();
}

Shape Embedding::compute_output_shape(const Shape& input) {
  check_input(input);
  Shape output = input;
  output.append(output_dim());
  return output;
}

std::optional<std::vector<Layer::RegularizerSlot>> Embedding::regularizer_slots() {
  return std::vector<RegularizerSlot>{{"embeddings", &options_.embeddings_regularizer}};
}

Config Embedding::get_config() const {
  Options options = options_;
  options.activity_regularizer = activity_regularizer();  // it may have been set since
  return with_fields(Layer::get_config(), std::move(options));
}

Embedding Embedding::from_config(const Config& config) {
  Embedding layer(read_options<Options>("Embedding", config, {.input_dim = 0, .output_dim = 0}));
  layer.set_base_config(config);
  return layer;
}

}  // namespace strata::layers
