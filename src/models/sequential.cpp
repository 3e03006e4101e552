// Sequential: adding and building layers, and their calls one after the other.
#include "strata/models/sequential.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/rollback.hpp"
#include "layers/build_rollback.hpp"
#include "layers/name_scope.hpp"
#include "models/joined_layers.hpp"
#include "strata/layers/input.hpp"
#include "tensor/format.hpp"

namespace strata {
namespace {

// Whether data of this shape is what the model was made for; an unknown extent fits any.
bool fits(const Shape& expected, const Shape& received) {
  return std::equal(expected.begin(), expected.end(), received.begin(), received.end(),
                    [](std::int64_t e, std::int64_t r) {
                      return e == r || e == Shape::kUnknown || r == Shape::kUnknown;
                    });
}

// The shape that a layer in front brings along: an Input's, or that of a model that has one.
std::optional<Shape> shape_brought_by(const Layer& layer) {
  if (const auto* input = dynamic_cast<const layers::Input*>(&layer)) return input->batch_shape();
  if (dynamic_cast<const Sequential*>(&layer) != nullptr) return layer.build_shape();
  return std::nullopt;
}

}  // namespace

Sequential::Sequential(Options options) : Model("Sequential", std::move(options.name)) {
  for (LayerHandle& layer : options.layers) add(std::move(layer));
  if (!options.trainable) set_trainable(false);
}

void Sequential::add(LayerHandle handle) {
  const std::shared_ptr<Layer>& layer = handle.layer();
  check(layer != nullptr, name(), "add takes a layer. Received: none.");
  const auto check_name = [&](const Layer& other) {
    check(other.name() != layer->name(), name(),
          "layer names must be unique in a model. Received: name={}, which is taken.",
          layer->name());
  };
  for (const auto& other : sublayers()) check_name(*other);
  const bool is_first = sublayers().empty() && input_ == nullptr && !built();
  if (dynamic_cast<const layers::Input*>(layer.get()) != nullptr) {
    check(is_first, name(), "an Input can only be the first layer. Received: {} after {} layers.",
          layer->name(), sublayers().size() + (input_ == nullptr && !built() ? 0U : 1U));
    input_ = layer;
    return;
  }
  if (input_ != nullptr) check_name(*input_);
  const std::optional<Shape> brought = is_first ? shape_brought_by(*layer) : std::nullopt;
  if (built()) {
    const Shape reaching = compute_output_shape(input_shape());
    BuildRollback rollback(*layer);
    const layers::NameScope scope(*this);
    layer->build(reaching);
    layer->compute_output_shape(reaching);  // raises too where a built layer can't take it
    rollback.keep();
    track(layer);
    return join_layers();
  }
  track(layer);
  Rollback untrack([this] { untrack_last(); });
  if (input_ != nullptr) build(static_cast<const layers::Input&>(*input_).batch_shape());
  if (brought) build(*brought);
  untrack.keep();
}

void Sequential::pop() {
  check<StateError>(!sublayers().empty(), name(), "pop needs a layer. Received: an empty model.");
  untrack_last();
  join_layers();
}

void Sequential::check_input(const Shape& input) const {
  // A built model that was emptied takes the data that it was built for, as in Keras.
  check<StateError>(!sublayers().empty() || input_ != nullptr || built(), name(),
                    "a model needs layers. Received: an empty model.");
  std::optional<Shape> expected = build_shape();
  if (input_ != nullptr) expected = static_cast<const layers::Input&>(*input_).batch_shape();
  if (!expected) return;
  // A batch of another size is welcome whatever the Input says, as in Keras.
  const Shape any_batch = expected->rank() == 0 ? *expected : expected->with(0, Shape::kUnknown);
  check<ShapeError>(fits(any_batch, input), name(),
                    "the inputs must have shape {}. Received: shape={}.", any_batch, input);
}

void Sequential::create_weights(const Shape& input_shape) {
  Shape shape = input_shape;
  for (const auto& layer : sublayers()) {
    layer->build(shape);
    shape = layer->compute_output_shape(shape);
  }
  join_layers();
}

void Sequential::join_layers() {
  const auto all = sublayers();
  joined_.clear();
  for (std::size_t i = 0; i + 1 < all.size(); ++i)
    joined_.push_back(models::JoinedLayers::make(*all[i], *all[i + 1]));
}

Tensor Sequential::call(const Tensor& inputs, const CallContext& context) {
  Tensor outputs = inputs;
  CallContext each = context;  // with the mask of the present outputs
  const auto& all = sublayers();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool has_next = i + 1 < all.size() && i < joined_.size() && !each.mask.defined();
    const models::JoinedLayers* const joined = has_next ? joined_[i].get() : nullptr;
    if (joined != nullptr && joined->joins(*all[i], *all[i + 1])) {
      outputs = joined->call(outputs, each);
      ++i;
    } else {
      MaskedOutput masked = all[i]->call_with_mask(outputs, each);
      outputs = std::move(masked.output);
      each.mask = std::move(masked.mask);
    }
  }
  set_output_mask(std::move(each.mask));
  return outputs;
}

Shape Sequential::compute_output_shape(const Shape& input_shape) {
  check_input(input_shape);
  Shape shape = input_shape;
  for (const auto& layer : sublayers()) shape = layer->compute_output_shape(shape);
  return shape;
}

// Its layers' weights are theirs.
std::optional<std::vector<Layer::RegularizerSlot>> Sequential::regularizer_slots() {
  return std::vector<RegularizerSlot>();
}

Shape Sequential::input_shape() const {
  check<StateError>(
      built(), name(),
      "the input's shape is known once the model is built. Received: an unbuilt model.");
  return *build_shape();
}

Shape Sequential::output_shape() { return compute_output_shape(input_shape()); }

}  // namespace strata
