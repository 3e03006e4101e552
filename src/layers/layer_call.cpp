// A layer's call: building, the context of running calls, and recording of penalties.
#include <algorithm>
#include <mutex>
#include <utility>

#include "core/check.hpp"
#include "core/profile.hpp"
#include "layers/build_rollback.hpp"
#include "layers/call_record.hpp"
#include "layers/shared_flag.hpp"
#include "strata/layers/layer.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "tensor/format.hpp"

namespace strata {

// A call that is running on this thread; RunningCalls form a stack.
class Layer::RunningCall {
 public:
  RunningCall(const Layer& layer, const CallContext& context, CallRecord& record)
      : layer_(layer), context_(context), record_(record), outer_(innermost_) {
    innermost_ = this;
  }
  ~RunningCall() { innermost_ = outer_; }
  RunningCall(const RunningCall&) = delete;
  RunningCall& operator=(const RunningCall&) = delete;

  static const RunningCall* innermost() { return innermost_; }
  const CallContext& context() const { return context_; }
  CallRecord& record() const { return record_; }

  // Whether a layer is part of the running call, so that its own call records into the same record.
  bool includes(const Layer& layer) const {
    const auto is_direct = [&](const RunningCall& call) {
      const auto& parts = call.layer_.sublayers_;
      return &call.layer_ == &layer ||
             std::any_of(parts.begin(), parts.end(),
                         [&](const auto& part) { return part.get() == &layer; });
    };
    if (is_direct(*this)) return true;
    const RunningCall* root = this;
    while (root->outer_ != nullptr && &root->outer_->record_ == &record_) root = root->outer_;
    return root->layer_.tracks(layer);
  }

 private:
  static thread_local const RunningCall* innermost_;

  const Layer& layer_;
  const CallContext& context_;
  CallRecord& record_;
  const RunningCall* outer_;
};

thread_local const Layer::RunningCall* Layer::RunningCall::innermost_ = nullptr;

CallContext Layer::inherited_context() {
  const RunningCall* running = RunningCall::innermost();
  return {.training = running != nullptr && running->context().training};
}

Tensor Layer::operator()(const Tensor& inputs) { return (*this)(inputs, inherited_context()); }

Tensor Layer::operator()(const Tensor& inputs, const CallContext& context) {
  const Tensors outputs = run(inputs, context);
  check<ShapeError>(outputs.size() == 1, name(),
                    "a call with one tensor gives one; pass and take Tensors where a layer returns "
                    "several. Received: {} outputs.",
                    outputs.size());
  return outputs.front();
}

Tensors Layer::run(const Tensors& inputs, const CallContext& context) {
  const RunningCall* running = RunningCall::innermost();
  if (running != nullptr && running->includes(*this))
    return run_within(running->record(), inputs, context);
  const bool keeps_penalties = running == nullptr || running->record().keeps_penalties();
  CallRecord record(keeps_penalties ? CallRecord::Penalties::kept
                                    : CallRecord::Penalties::left_out);
  Tensors outputs = record.call(*this, inputs, context);
  if (keeps_penalties) record.publish(*this);
  return outputs;
}

Tensors Layer::run_within(CallRecord& record, const Tensors& inputs, const CallContext& context) {
  const profile::Timed timed(id_, name(), !sublayers_.empty());
  check(inputs.defined(), name(), "the inputs must be defined. Received: {}.",
        inputs.empty() ? "no tensor" : "an undefined tensor");
  // Only the outermost call makes a rollback, since it knows all the layers that may be built in
  // it.
  std::unique_lock<layers::BuildMutex> building;
  std::optional<BuildRollback> rollback;
  if (!built()) {
    building = std::unique_lock(layers::build_mutex());
    if (RunningCall::innermost() == nullptr && !built()) rollback.emplace(*this);
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
  if (rollback) rollback->keep();
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

void Layer::add_activity_penalty(const Regularizer& regularizer, const Tensor& outputs) {
  const RunningCall* running = RunningCall::innermost();
  if (running != nullptr && !running->record().keeps_penalties()) return;
  const profile::Timed timed(profile::Section::penalties);
  const std::string owner = name() + ": activity";
  regularizer.check_weight(outputs.shape(), owner);
  Tensor penalty = regularizers::scalar_penalty(regularizer, outputs, owner);
  if (outputs.rank() > 0) {
    const auto batch = static_cast<float>(outputs.shape().front());
    penalty = batch == 0.0f ? Tensor(0.0f) : penalty / batch;
  }
  record("activity", std::move(penalty));
}

void Layer::add_loss(const Tensor& loss) {
  check<ShapeError>(loss.defined() && loss.rank() == 0, name() + ".add_loss",
                    "a loss must be a scalar. Received: {}.",
                    loss.defined() ? "shape=" + to_string(loss.shape()) : "an undefined tensor");
  record("add_loss", loss);
}

void Layer::record(const char* source, Tensor value) {
  const RunningCall* running = RunningCall::innermost();
  if (running != nullptr && running->includes(*this)) {
    running->record().add(*this, source, std::move(value));
  } else {
    CallRecord::add_to_published(*this, source, std::move(value));
  }
}

void Layer::before_draw(random::Generator& stream) const {
  const RunningCall* running = RunningCall::innermost();
  if (running != nullptr) running->record().before_draw(stream);
}

std::vector<Tensor> Layer::losses() const { return CallRecord::losses_of(*this, nullptr); }

std::vector<Penalty> Layer::penalties() const { return CallRecord::penalties_of(*this, nullptr); }

void Layer::build(const Shape& input_shape) {
  if (built()) return;
  const std::scoped_lock lock(layers::build_mutex());
  if (built()) return;
  check_input(input_shape);
  BuildRollback rollback(*this);
  create_weights(input_shape);
  end_build(rollback);
  build_shape_ = input_shape;
  set_built(true);
}

void Layer::build(const std::vector<Shape>& input_shapes) {
  if (input_shapes.size() == 1) return build(input_shapes.front());
  if (built()) return;
  const std::scoped_lock lock(layers::build_mutex());
  if (built()) return;
  check_inputs(input_shapes);
  BuildRollback rollback(*this);
  create_weights_for(input_shapes);
  end_build(rollback);
  several_build_shapes_ = input_shapes;
  set_built(true);
}

void Layer::end_build(BuildRollback& rollback) {
  for (const auto& [weight, regularizer] : set_regularizers_) {
    if (regularizer) this->weight(weight);  // raises if no weight has this name
  }
  name();  // names the layer, so that a built layer always has a name
  rollback.keep();
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
  if (input_shapes.size() == 1) check_input(input_shapes.front());
}

namespace {

Tensor zeros_of(Shape shape) {
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == Shape::kUnknown) shape[axis] = 1;
  }
  return ops::zeros(shape);
}

bool has_any_batch(const Shape& shape) {
  return shape.rank() > 0 && shape.front() == Shape::kUnknown;
}

// Thrown by `compute_output_shape`; `compute_output_shapes` catches it and uses the shapes.
class SeveralOutputs : public ShapeError {
 public:
  SeveralOutputs(const std::string& who, std::vector<Shape> shapes)
      : ShapeError(fmt::format("{}: compute_output_shape is for one output; compute_output_shapes "
                               "gives those of several. Received: {} outputs.",
                               who, shapes.size())),
        shapes_(std::move(shapes)) {}
  const std::vector<Shape>& shapes() const { return shapes_; }

 private:
  std::vector<Shape> shapes_;
};

}  // namespace

Shape Layer::compute_output_shape(const Shape& input_shape) {
  std::vector<Shape> outputs = try_on_zeros({input_shape});
  if (outputs.size() != 1) throw SeveralOutputs(name(), std::move(outputs));
  return outputs.front();
}

std::vector<Shape> Layer::compute_output_shapes(const std::vector<Shape>& input_shapes) {
  if (input_shapes.size() != 1) return try_on_zeros(input_shapes);
  try {
    return {compute_output_shape(input_shapes.front())};
  } catch (const SeveralOutputs& outputs) {
    return outputs.shapes();
  }
}

std::vector<Shape> Layer::try_on_zeros(const std::vector<Shape>& input_shapes) {
  std::vector<Tensor> inputs;
  for (const Shape& shape : input_shapes) inputs.push_back(zeros_of(shape));
  const bool any_batch = std::any_of(input_shapes.begin(), input_shapes.end(), has_any_batch);
  std::unique_lock<layers::BuildMutex> building;
  std::optional<BuildRollback> rollback;  // removes what the trial call builds
  if (!built()) {
    building = std::unique_lock(layers::build_mutex());
    if (!built()) rollback.emplace(*this);
  }
  CallRecord trial(CallRecord::Penalties::left_out);
  std::vector<Shape> shapes;
  for (const Tensor& output : trial.call(*this, Tensors(std::move(inputs)), {})) {
    const Shape& shape = output.shape();
    shapes.push_back(any_batch && shape.rank() > 0 ? shape.with(0, Shape::kUnknown) : shape);
  }
  return shapes;
}

}  // namespace strata
