// A layer's call: building, the context of running calls, and recording of penalties.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include "autodiff/not_recording.hpp"
#include "core/check.hpp"
#include "core/profile.hpp"
#include "layers/build_rollback.hpp"
#include "layers/call_record.hpp"
#include "layers/name_scope.hpp"
#include "layers/shared_flag.hpp"
#include "layers/weight_budget.hpp"
#include "strata/layers/layer.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata {

// A call that is running on this thread; RunningCalls form a stack.
class Layer::RunningCall {
 public:
  RunningCall(const Layer& layer, const CallContext& context, CallRecord& record)
      : scope_(layer),
        layer_(layer),
        context_(context),
        record_(record),
        outer_(innermost_),
        root_(outer_ != nullptr && &outer_->record_ == &record ? outer_->root_ : this) {
    innermost_ = this;
  }
  ~RunningCall() { innermost_ = outer_; }
  RunningCall(const RunningCall&) = delete;
  RunningCall& operator=(const RunningCall&) = delete;

  static const RunningCall* innermost() { return innermost_; }
  const CallContext& context() const { return context_; }
  bool is_of(const Layer& layer) const { return &layer_ == &layer; }
  std::optional<Tensor>& output_mask() const { return output_mask_; }
  CallRecord& record() const { return record_; }

  // The record that a layer's own call belongs to: that of the outermost running call whose layer
  // tracks it, also where a layer in between doesn't. Null if none does. Nothing that is called for
  // a prediction or a trial records further out.
  static CallRecord* record_for(const Layer& layer) {
    CallRecord* found = nullptr;
    for (const RunningCall* call = innermost_; call != nullptr; call = call->root_->outer_) {
      if (call->includes(layer)) found = &call->record_;
      if (!call->record_.is_published()) break;
    }
    return found;
  }

 private:
  bool includes(const Layer& layer) const {
    const auto& parts = layer_.sublayers_;
    return &layer_ == &layer || std::any_of(parts.begin(), parts.end(), [&](const auto& part) {
      return part.get() == &layer;
    }) || root_->layer_.tracks(layer);
  }

  static thread_local const RunningCall* innermost_;

  const layers::NameScope scope_;
  const Layer& layer_;
  const CallContext& context_;
  CallRecord& record_;
  const RunningCall* outer_;
  const RunningCall* root_;                    // the outermost one with this record
  mutable std::optional<Tensor> output_mask_;  // what the call said, if it did
};

thread_local const Layer::RunningCall* Layer::RunningCall::innermost_ = nullptr;

CallContext Layer::inherited_context() {
  const RunningCall* running = RunningCall::innermost();
  return {.training = running != nullptr && running->context().training};
}

Tensor Layer::operator()(const Tensor& inputs) { return (*this)(inputs, inherited_context()); }

Tensor Layer::operator()(const Tensor& inputs, const CallContext& context) {
  return single_output(run(inputs, context));
}

MaskedOutput Layer::call_with_mask(const Tensor& inputs, const CallContext& context) {
  MaskedOutput masked;
  masked.output = single_output(run(inputs, context, &masked.mask));
  return masked;
}

Tensor Layer::single_output(const Tensors& outputs) const {
  check<ShapeError>(outputs.size() == 1, name(),
                    "a call with one tensor gives one; pass and take Tensors where a layer returns "
                    "several. Received: {} outputs.",
                    outputs.size());
  return outputs.front();
}

Tensors Layer::run(const Tensors& inputs, const CallContext& context, Tensor* output_mask) {
  if (CallRecord* record = RunningCall::record_for(*this))
    return run_within(*record, inputs, context, output_mask);
  const RunningCall* running = RunningCall::innermost();
  const bool publishes = running == nullptr || running->record().is_published();
  CallRecord record(publishes ? CallRecord::Purpose::published : CallRecord::Purpose::unpublished);
  Tensors outputs = record.call(*this, inputs, context, output_mask);
  if (publishes) record.publish(*this);
  return outputs;
}

Tensors Layer::run_within(CallRecord& record, const Tensors& inputs, const CallContext& context,
                          Tensor* output_mask) {
  const profile::Timed timed(id_, name(), !sublayers_.empty());
  check(inputs.defined(), name(), "the inputs must be defined. Received: {}.",
        inputs.empty() ? "no tensor" : "an undefined tensor");
  // Only the outermost call makes a rollback, since it knows all the layers that may be built in
  // it. It is counted before it looks whether the layer is built: see BuildRollback.
  std::optional<BuildRollback> rollback;
  std::optional<CountedUse> counted;
  if (RunningCall::innermost() == nullptr) {
    counted.emplace(*this);
    if (!built()) rollback.emplace(*this);
  }
  if (inputs.size() == 1) {
    check_input(inputs.front().shape());
    if (!built()) build(inputs.front().shape());
  } else {
    const std::vector<Shape> shapes = shapes_of(inputs);
    check_inputs(shapes);
    build(shapes);
  }
  const RunningCall running(*this, context, record);
  Tensors outputs = call_tensors(inputs, context);
  if (activity_regularizer_) {
    for (const Tensor& output : outputs) add_activity_penalty(*activity_regularizer_, output);
  }
  if (output_mask != nullptr) {
    std::optional<Tensor>& said = running.output_mask();
    *output_mask = said ? std::move(*said) : compute_mask(inputs.front(), context.mask);
  }
  if (rollback) {
    rollback->keep();
  } else if (counted) {
    BuildRollback::keep_weights_of(*this);
  }
  return outputs;
}

Tensor Layer::call(const Tensor&, const CallContext&) {
  raise<StateError>(name(),
                    "a layer's class overrides call, or call_tensors for several tensors. "
                    "Received: a call of a {}, which overrides neither.",
                    class_name());
}

Tensors Layer::call_tensors(const Tensors& inputs, const CallContext& context) {
  check<ShapeError>(inputs.size() == 1, name(), "the layer takes one tensor. Received: {}.",
                    inputs.size());
  return call(inputs.front(), context);
}

Tensor Layer::compute_mask(const Tensor&, const Tensor& mask) {
  return supports_masking() ? mask : Tensor();
}

// A layer called directly by another one's code, `layer.call(x)` instead of `layer(x)`, is not the
// running one, and nobody asks for its mask.
void Layer::set_output_mask(Tensor mask) const {
  const RunningCall* running = RunningCall::innermost();
  if (running != nullptr && running->is_of(*this)) running->output_mask() = std::move(mask);
}

void Layer::add_activity_penalty(const Regularizer& regularizer, const Tensor& outputs) {
  const profile::Timed timed(profile::Section::penalties);
  const std::string owner = name() + ": activity";
  regularizer.check_slot({.shape = outputs.shape(), .activity = true}, owner);
  const auto penalty_by = [&](const Regularizer& rule) {
    Tensor penalty = regularizers::scalar_penalty(rule, outputs, owner);
    if (outputs.rank() == 0) return penalty;
    const auto batch = static_cast<float>(outputs.shape().front());
    return batch == 0.0f ? Tensor(0.0f) : penalty / batch;
  };
  const auto rules = regularizer.parts();
  if (rules.empty()) return record("activity", penalty_by(regularizer));
  std::vector<Tensor> parts;
  for (const auto& rule : rules) parts.push_back(penalty_by(*rule));
  Tensor sum = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) sum = sum + parts[i];
  record("activity", std::move(sum), std::move(parts));
}

void Layer::add_loss(const Tensor& loss) {
  check<ShapeError>(loss.defined() && loss.rank() == 0, name() + ".add_loss",
                    "a loss must be a scalar. Received: {}.",
                    loss.defined() ? "shape=" + to_string(loss.shape()) : "an undefined tensor");
  record("add_loss", loss);
}

void Layer::record(const char* source, Tensor value, std::vector<Tensor> parts) {
  if (CallRecord* record = RunningCall::record_for(*this))
    return record->add(*this, source, std::move(value), std::move(parts));
  const RunningCall* running = RunningCall::innermost();
  if (running == nullptr || running->record().is_published())
    CallRecord::add_to_published(*this, source, std::move(value), std::move(parts));
}

void Layer::before_draw(random::Generator& stream) const {
  const RunningCall* running = RunningCall::innermost();
  if (running != nullptr) running->record().before_draw(stream);
}

void Layer::before_assign(const Variable& weight) const {
  const RunningCall* running = RunningCall::innermost();
  if (running != nullptr) running->record().before_assign(weight);
}

std::vector<Tensor> Layer::losses() const {
  return CallRecord::losses_of(*this, RunningCall::record_for(*this));
}

std::vector<Penalty> Layer::penalties() const {
  return CallRecord::penalties_of(*this, RunningCall::record_for(*this));
}

void Layer::build(const Shape& input_shape) {
  build_once([&] {
    check_input(input_shape);
    create_weights(input_shape);
    build_shape_ = input_shape;
  });
}

void Layer::build(const std::vector<Shape>& input_shapes) {
  if (input_shapes.size() == 1) return build(input_shapes.front());
  build_once([&] {
    check_inputs(input_shapes);
    create_weights_for(input_shapes);
    several_build_shapes_ = input_shapes;
  });
}

template <class Create>
void Layer::build_once(const Create& create) {
  if (built()) return;
  const std::scoped_lock lock(layers::build_mutex());
  if (built()) return;
  BuildRollback rollback(*this);
  const layers::NameScope scope(*this);
  create();
  for (const auto& [weight, regularizer] : set_regularizers_) {
    if (regularizer) this->weight(weight);  // raises if no weight has this name
  }
  name();  // names the layer, so that a built layer always has a name
  rollback.leave_to_outer();
  set_built(true);
}

bool Layer::built() const { return layers::load(built_); }

void Layer::set_built(bool built) { layers::store(built_, built); }

std::vector<Shape> Layer::build_shapes() const {
  return build_shape_ ? std::vector<Shape>{*build_shape_} : several_build_shapes_;
}

void Layer::create_weights(const Shape&) {}

void Layer::create_weights_for(const std::vector<Shape>& input_shapes) {
  if (input_shapes.size() == 1) create_weights(input_shapes.front());
}

void Layer::check_input(const Shape&) const {}

void Layer::check_inputs(const std::vector<Shape>& input_shapes) const {
  check<ShapeError>(input_shapes.size() == 1, name(),
                    "the layer takes one tensor; a layer of several overrides check_inputs. "
                    "Received: {}.",
                    input_shapes.size());
  check_input(input_shapes.front());
}

namespace {

Shape with_ones_for_unknown(Shape shape) {
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == Shape::kUnknown) shape[axis] = 1;
  }
  return shape;
}

bool is_built_throughout(const Layer& layer) {
  const std::vector<std::shared_ptr<Layer>> inner = layer.sublayers();
  return layer.built() && std::all_of(inner.begin(), inner.end(),
                                      [](const auto& each) { return is_built_throughout(*each); });
}

bool has_any_batch(const Shape& shape) {
  return shape.rank() > 0 && shape.front() == Shape::kUnknown;
}

// Thrown by `compute_output_shape`; `compute_output_shapes` catches it and uses the shapes.
class SeveralOutputs : public ShapeError {
 public:
  SeveralOutputs(const Layer& layer, std::vector<Shape> shapes)
      : ShapeError(fmt::format("{}: compute_output_shape is for one output; compute_output_shapes "
                               "gives those of several. Received: {} outputs.",
                               layer.name(), shapes.size())),
        layer_(layer.id()),
        shapes_(std::move(shapes)) {}
  std::uint64_t layer() const { return layer_; }
  const std::vector<Shape>& shapes() const { return shapes_; }

 private:
  std::uint64_t layer_;
  std::vector<Shape> shapes_;
};

}  // namespace

Shape Layer::compute_output_shape(const Shape& input_shape) {
  std::vector<Shape> outputs = try_on_zeros({input_shape});
  if (outputs.size() != 1) throw SeveralOutputs(*this, std::move(outputs));
  return outputs.front();
}

std::vector<Shape> Layer::compute_output_shapes(const std::vector<Shape>& input_shapes) {
  if (input_shapes.size() != 1) return try_on_zeros(input_shapes);
  try {
    return {compute_output_shape(input_shapes.front())};
  } catch (const SeveralOutputs& outputs) {
    if (outputs.layer() != id_) throw;  // another layer's, which this one asked
    return outputs.shapes();
  }
}

std::vector<Shape> Layer::try_on_zeros(const std::vector<Shape>& input_shapes) {
  std::vector<Tensor> inputs;
  for (const Shape& shape : input_shapes)
    inputs.push_back(ops::zeros(with_ones_for_unknown(shape)));
  const bool any_batch = std::any_of(input_shapes.begin(), input_shapes.end(), has_any_batch);
  std::optional<BuildRollback> rollback;  // removes what the trial call builds
  if (!built()) rollback.emplace(*this);
  const autodiff::NotRecording not_recording;
  CallRecord trial(CallRecord::Purpose::unpublished);
  std::vector<Shape> shapes;
  for (const Tensor& output : trial.call(*this, Tensors(std::move(inputs)), {})) {
    const Shape& shape = output.shape();
    shapes.push_back(any_batch && shape.rank() > 0 ? shape.with(0, Shape::kUnknown) : shape);
  }
  return shapes;
}

void Layer::build_with_sublayers(const std::vector<Shape>& input_shapes) {
  build(input_shapes);
  if (is_built_throughout(*this)) return;
  for (const Shape& shape : input_shapes)
    layers::WeightBudget::spend(name(), with_ones_for_unknown(shape));
  try_on_zeros(input_shapes);
}

}  // namespace strata
