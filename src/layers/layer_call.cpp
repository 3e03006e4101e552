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
      : layer_(layer),
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

  const Layer& layer_;
  const CallContext& context_;
  CallRecord& record_;
  const RunningCall* outer_;
  const RunningCall* root_;  // the outermost one with this record
};

// Counts an outermost call of a layer while it lives, so that a call of another thread that fails
// takes no weights away from it.
class Layer::CountedCall {
 public:
  explicit CountedCall(Layer& layer) : layer_(layer) {
    std::atomic_ref<int>(layer_.outermost_calls_).fetch_add(1);
  }
  ~CountedCall() { std::atomic_ref<int>(layer_.outermost_calls_).fetch_sub(1); }
  CountedCall(const CountedCall&) = delete;
  CountedCall& operator=(const CountedCall&) = delete;

 private:
  Layer& layer_;
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
  if (CallRecord* record = RunningCall::record_for(*this))
    return run_within(*record, inputs, context);
  const RunningCall* running = RunningCall::innermost();
  const bool publishes = running == nullptr || running->record().is_published();
  CallRecord record(publishes ? CallRecord::Purpose::published : CallRecord::Purpose::unpublished);
  Tensors outputs = record.call(*this, inputs, context);
  if (publishes) record.publish(*this);
  return outputs;
}

Tensors Layer::run_within(CallRecord& record, const Tensors& inputs, const CallContext& context) {
  const profile::Timed timed(id_, name(), !sublayers_.empty());
  check(inputs.defined(), name(), "the inputs must be defined. Received: {}.",
        inputs.empty() ? "no tensor" : "an undefined tensor");
  // Only the outermost call makes a rollback, since it knows all the layers that may be built in
  // it. It is counted before it looks whether the layer is built: see BuildRollback.
  std::optional<BuildRollback> rollback;
  std::optional<CountedCall> counted;
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

void Layer::add_activity_penalty(const Regularizer& regularizer, const Tensor& outputs) {
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
  if (CallRecord* record = RunningCall::record_for(*this))
    return record->add(*this, source, std::move(value));
  const RunningCall* running = RunningCall::innermost();
  if (running == nullptr || running->record().is_published())
    CallRecord::add_to_published(*this, source, std::move(value));
}

void Layer::before_draw(random::Generator& stream) const {
  const RunningCall* running = RunningCall::innermost();
  if (running != nullptr) running->record().before_draw(stream);
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
  for (const Shape& shape : input_shapes) inputs.push_back(zeros_of(shape));
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

}  // namespace strata
