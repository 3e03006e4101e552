// Layer: weights, a call, and the penalties of both. What users subclass.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "strata/constraints/constraint.hpp"
#include "strata/core/config.hpp"
#include "strata/initializers/initializer.hpp"
#include "strata/layers/call_context.hpp"
#include "strata/regularizers/regularizer.hpp"
#include "strata/tensor/tensor.hpp"
#include "strata/tensor/tensors.hpp"
#include "strata/tensor/variable.hpp"

namespace strata {

class CallRecord;
namespace random {
class Generator;
struct GeneratorState;
}  // namespace random

/// A weight to be made by `Layer::add_weight`.
struct WeightOptions {
  std::string name;
  Shape shape;
  InitializerSpec initializer = "glorot_uniform";
  RegularizerSpec regularizer = {};
  ConstraintSpec constraint = {};
  bool trainable = true;
  WeightAxes axes = {};  ///< Which axes the layer's inputs and outputs run along.
  bool integer = false;  ///< Whether it is a whole number, which files hold as an integer.
};

/// A weight and its path from the layer that was asked: `dense/kernel`.
struct NamedWeight {
  std::string path;
  Variable weight;
};

/// A recorded or a weight's penalty, with its source: `activity`, `add_loss`, or the weight's name.
struct Penalty {
  std::string layer;
  std::string source;
  Tensor value;
};

/// What a call gives, and which of its steps count: undefined for all of them.
struct MaskedOutput {
  Tensor output;
  Tensor mask;
};

/// A subclass overrides `call` and, if it has weights, `create_weights`. A layer that takes or
/// returns several tensors overrides `call_tensors` and the other functions over lists instead.
///
///     class Scale : public Layer {
///       void create_weights(const Shape& input) override {
///         factor_ = add_weight({.name = "factor", .shape = {input.back()}});
///       }
///       Tensor call(const Tensor& inputs, const CallContext&) override {
///         return factor_ * inputs;
///       }
///       Variable factor_;
///     };
///
/// See https://keras.io/api/layers/base_layer/.
class Layer {
 public:
  Layer() = default;
  virtual ~Layer() = default;
  Layer(Layer&&) = default;
  Layer& operator=(Layer&&) = default;

  /// Builds the layer if need be, runs `call`, and records the activity penalty: the regularizer's
  /// value on the outputs divided by the size of their axis 0. Inside the call of a layer that
  /// tracks this one, it records into that call; otherwise into a call record of its own, which
  /// replaces the previous one when the call ends. Without a context, it is training if the call
  /// around it is. Once the layer is built, any number of threads may call it at once. Raises
  /// ShapeError if `call` doesn't return exactly one tensor.
  Tensor operator()(const Tensor& inputs);
  Tensor operator()(const Tensor& inputs, const CallContext& context);
  /// The same with any number of input and output tensors: `layer(Tensors({a, b}))`.
  template <std::same_as<Tensors> T>
  Tensors operator()(const T& inputs) {
    return run(inputs, inherited_context());
  }
  template <std::same_as<Tensors> T>
  Tensors operator()(const T& inputs, const CallContext& context) {
    return run(inputs, context);
  }

  /// The same from one tensor to one, with the mask of the outputs: what the call said by
  /// `set_output_mask`, else `compute_mask`. A layer that calls others hands their masks on by it.
  MaskedOutput call_with_mask(const Tensor& inputs, const CallContext& context);

  /// The forward pass from one tensor to one tensor: the function that most layers override.
  virtual Tensor call(const Tensor& inputs, const CallContext& context);
  /// The forward pass of layers with several inputs or outputs. By default a single tensor is
  /// passed to `call`; raises ShapeError on any other number.
  virtual Tensors call_tensors(const Tensors& inputs, const CallContext& context);

  /// Makes the weights for inputs of this shape (the batch axis may be unknown). Does nothing if
  /// built. Raises ShapeError on a shape that the layer can't take; nothing is changed then.
  void build(const Shape& input_shape);
  void build(const std::vector<Shape>& input_shapes);
  bool built() const;
  /// The input shape that the layer was built for. Empty before it is built, for layers that need
  /// no building, and for layers of several inputs.
  const std::optional<Shape>& build_shape() const { return build_shape_; }
  /// The same for any number of inputs; an empty vector if the layer isn't built.
  std::vector<Shape> build_shapes() const;

  /// The outputs' shape; unknown extents stay unknown. By default found by a call on zeros. Builds
  /// nothing, and `losses()` stay those of the last call.
  virtual Shape compute_output_shape(const Shape& input_shape);
  /// The same for any number of inputs and outputs.
  virtual std::vector<Shape> compute_output_shapes(const std::vector<Shape>& input_shapes);

  /// Whether the outputs have the mask of the inputs, step by step. By default they don't, and the
  /// layers behind see no mask.
  virtual bool supports_masking() const { return false; }
  /// The mask of the (first) output, for inputs that have this mask; undefined for none. By default
  /// the same mask if the layer `supports_masking`. A layer that makes or changes masks overrides
  /// it. See https://keras.io/guides/understanding_masking_and_padding/.
  virtual Tensor compute_mask(const Tensor& inputs, const Tensor& mask);

  /// What the last completed call recorded (the layer's own losses first, then its sub-layers'),
  /// then the penalty of each trainable weight that has a regularizer, computed from the present
  /// weights. Inside a call that this layer is part of: what that call has recorded so far. What
  /// `predict` and other predictions record is gone when they end.
  std::vector<Tensor> losses() const;
  /// The same with layer and source; of a sum of rules each rule's.
  std::vector<Penalty> penalties() const;
  /// Adds a scalar to the losses of the running call. Outside of any call, adds it to those of the
  /// last call, where it stays until the next call. Raises ShapeError on anything else.
  void add_loss(const Tensor& loss);

  const RegularizerSpec& activity_regularizer() const { return activity_regularizer_; }
  virtual void set_activity_regularizer(RegularizerSpec regularizer);
  /// Sets the penalty on a weight, before or after it is made; it counts at once. `weight` is
  /// `"kernel"`, `"bias"`, …, or `"activity"`. Raises InvalidArgument if there is no such weight, or
  /// it is never trained; where a user's layer is yet to make its weights, `build` does.
  void set_regularizer(std::string_view weight, RegularizerSpec regularizer);

  /// Its own trainable weights, its other ones, then its sub-layers', each once.
  std::vector<Variable> weights() const;
  std::vector<Variable> trainable_variables() const;
  std::vector<Variable> non_trainable_variables() const;
  /// `weights()` in their order, each with its path from here: the names of the sub-layers that lead
  /// to it and its own (`dense/kernel`, `encoder/dense/kernel`; an own weight's name alone). A weight
  /// or layer that is shared stands at its first place. Paths are unique: of sub-layers with the
  /// same name, which a Sequential refuses, the later ones count as `dense_1`, `dense_2`, ….
  std::vector<NamedWeight> named_weights() const;
  /// The states of its random streams and of its sub-layers', by path (`dropout/seed_generator`).
  /// They are no weights: training that continues exactly needs them as well.
  std::map<std::string, random::GeneratorState> random_states() const;
  /// Continues from such states. Raises InvalidArgument, and changes nothing, unless there is one
  /// for each stream.
  void set_random_states(const std::map<std::string, random::GeneratorState>& states);
  /// The layer's own weights without its sub-layers': those made trainable, then the others, each in
  /// the order in which they were made.
  std::vector<Variable> own_weights() const;
  /// An own weight by name. Raises InvalidArgument, listing the names, if there is none.
  Variable weight(std::string_view name) const;

  std::vector<Tensor> get_weights() const;
  /// In the order of `weights()`. Raises ShapeError, and changes nothing, if number or shapes
  /// differ.
  void set_weights(const std::vector<Tensor>& values);
  /// Raises StateError if the layer is not built.
  std::int64_t count_params() const;

  bool trainable() const { return trainable_; }
  /// Freezes or thaws this layer, its sub-layers and their weights. Frozen weights pay no penalty.
  void set_trainable(bool trainable);

  /// Default: the class in snake_case, numbered in the process, or since the last
  /// `clear_session`: `dense`, `dense_1`, ….
  const std::string& name() const;
  /// Unique in the process; never reused for another layer.
  std::uint64_t id() const { return id_; }
  /// As configs name it: `Dense`; a user's class that isn't registered by its C++ name.
  std::string class_name() const;
  std::vector<std::shared_ptr<Layer>> sublayers() const { return sublayers_; }

  /// {"name", "trainable", "dtype"[, "activity_regularizer"]}; subclasses add theirs.
  virtual Config get_config() const;

  /// Takes over what a config says of the base, for `from_config` of subclasses and for the
  /// registry. Reads name, trainable, dtype, activity_regularizer; ignores other keys.
  void set_base_config(const Config& config);

  /// {"module", "class_name", "config", "registered_name"[, "build_config"][,
  /// "weight_regularizers"]}: what `layers::deserialize` makes an equal layer from. The last, which
  /// Keras passes over, holds what `set_regularizer` set on a layer without slots for it.
  virtual Config to_object() const;
  /// What such an object says beside its config: sets the regularizers, builds the layer for the
  /// shape it was built for.
  virtual void restore(const Config& object);

  /// Where Keras's files have a layer's weights, from the layer's own place on.
  struct FileLayout {
    std::string own = {};  ///< Of its own weights: empty, or `cell/` where they are a part's.
    /// Of each sub-layer: `forward_layer/`; in a list of several, `cells/*`, it goes by its class in
    /// snake_case. Empty: all are in `layers/*`.
    std::vector<std::string> sublayers = {};
  };
  virtual FileLayout file_layout() const { return {}; }

 protected:
  Layer(std::string_view class_name, std::string name, RegularizerSpec activity_regularizer = {});

  virtual void create_weights(const Shape& input_shape);
  /// By default one shape is passed to `create_weights`.
  virtual void create_weights_for(const std::vector<Shape>& input_shapes);
  /// Raises ShapeError on inputs the layer can't take, built or not.
  virtual void check_input(const Shape& input_shape) const;
  /// By default a single shape is passed to `check_input`; raises ShapeError on any other number,
  /// so a layer of several inputs overrides this one.
  virtual void check_inputs(const std::vector<Shape>& input_shapes) const;
  struct RegularizerSlot {
    std::string_view weight;
    RegularizerSpec* regularizer;  ///< Null for a weight that the options have no slot for.
  };
  /// The options' slots behind the weights' regularizers, so that configs tell the truth after
  /// `set_regularizer`. Default: none given, the weights are known once they are made.
  virtual std::optional<std::vector<RegularizerSlot>> regularizer_slots();
  /// Those of a layer that this one wraps.
  static std::optional<std::vector<RegularizerSlot>> slots_of(Layer& part) {
    return part.regularizer_slots();
  }
  struct RandomStream {
    std::string_view name;
    random::Generator* generator;
  };
  /// The layer's own random streams, under names that are unique in it; those of sub-layers are
  /// theirs. Default: none.
  virtual std::vector<RandomStream> random_streams();
  /// Takes a config's flag over. By default sub-layers follow; where the config has flags of
  /// theirs, they keep those.
  virtual void restore_trainable(bool trainable);
  /// Restores the activity regularizer that a config holds.
  virtual void restore_activity_regularizer(RegularizerSpec regularizer);
  /// Freezes or thaws this layer alone.
  void set_own_trainable(bool trainable);

  /// For constructors of layers that have nothing to build: pooling, dropout, reshaping, ….
  void mark_built() { set_built(true); }

  /// A new weight, for `create_weights`. Raises StateError on a name that another own weight has;
  /// InvalidArgument on a name with a `/`, on no initializer, on axes that `shape` doesn't have, and
  /// on rules that don't fit the shape or are for a weight that is never trained.
  Variable add_weight(const WeightOptions& options);
  /// For `call`: the mask of what it returns, undefined for none, in place of `compute_mask`'s. For
  /// layers that know it from the layers they call.
  void set_output_mask(Tensor mask) const;
  /// Lists a trained weight of a sub-layer's among the layer's own too, as Keras does where a layer
  /// keeps a part's weight as its attribute. Its path stays the sub-layer's.
  void adopt_weight(const Variable& weight);
  /// Records `regularizer(outputs)` by their axis-0 size, beside what the activity slot holds.
  void add_activity_penalty(const Regularizer& regularizer, const Tensor& outputs);
  /// Must be called before `call` draws from the layer's own random stream, so that the stream can
  /// be rewound if the training step fails.
  void before_draw(random::Generator& stream) const;
  /// Must be called before `call` assigns to a variable that a failed training step must put back and
  /// that is no non-trainable weight, which is put back anyway: a trained weight, a kept state.
  void before_assign(const Variable& weight) const;
  /// Makes another layer a part of this one: its weights and penalties count here.
  void track(std::shared_ptr<Layer> sublayer);
  void untrack_last() { sublayers_.pop_back(); }

  /// Unbuilds what a call that fails has built; in src/layers/build_rollback.hpp.
  class BuildRollback;

 private:
  friend class CallRecord;
  class RunningCall;
  class CountedUse;

  static std::uint64_t next_id();
  static CallContext inherited_context();
  // Without `output_mask` nobody asks for the outputs' mask, and none is computed.
  Tensors run(const Tensors& inputs, const CallContext& context, Tensor* output_mask = nullptr);
  Tensors run_within(CallRecord& record, const Tensors& inputs, const CallContext& context,
                     Tensor* output_mask);
  Tensor single_output(const Tensors& outputs) const;
  std::vector<Shape> try_on_zeros(const std::vector<Shape>& input_shapes);
  // Builds this layer, and by a call on zeros the sub-layers that are built in its first call.
  void build_with_sublayers(const std::vector<Shape>& input_shapes);
  void record(const char* source, Tensor value, std::vector<Tensor> parts = {});
  template <class Create>
  void build_once(const Create& create);
  void set_built(bool built);
  void restore_regularizers(const Config& object);
  bool tracks(const Layer& other) const;
  std::vector<const Layer*> flattened() const;
  struct PlacedLayer;
  std::vector<PlacedLayer> placed_layers() const;
  std::map<std::string, random::Generator*> all_random_streams() const;
  template <class Visit>
  void visit_weights(const Visit& visit) const;

  std::uint64_t id_ = next_id();
  mutable std::string name_;
  bool trainable_ = true;
  // Read and written atomically, since threads share layers.
  mutable bool named_ = false;
  mutable bool built_ = false;
  int uses_ = 0;                // calls and runs under way, on all threads
  bool keeps_weights_ = false;  // a call or run has ended well since the weights were made
  std::optional<Shape> build_shape_;
  std::vector<Shape> several_build_shapes_;  // Replaces build_shape_ for several inputs.
  RegularizerSpec activity_regularizer_;
  std::vector<Variable> trainable_weights_;      // as declared
  std::vector<Variable> non_trainable_weights_;  // as declared
  std::vector<std::shared_ptr<Layer>> sublayers_;
  std::shared_ptr<const CallRecord> last_record_;  // Record of the last published call.
  // By `set_regularizer`, where there are no slots for them; null where one was taken away.
  std::map<std::string, RegularizerSpec, std::less<>> set_regularizers_;
};

/// What a container takes: a layer by value, or a shared one.
class LayerHandle {
 public:
  template <class L>
  requires(!std::same_as<std::remove_cvref_t<L>, LayerHandle> && std::derived_from<L, Layer>)
      LayerHandle(L&& layer)
      : layer_(std::make_shared<L>(std::forward<L>(layer))) {}
  template <std::derived_from<Layer> L>
  LayerHandle(std::shared_ptr<L> layer) : layer_(std::move(layer)) {}

  const std::shared_ptr<Layer>& layer() const { return layer_; }
  Layer* operator->() const { return layer_.get(); }

 private:
  std::shared_ptr<Layer> layer_;
};

namespace layers {
/// `layer.to_object()`.
Config serialize(const Layer& layer);
/// The layer such a config describes, built if it says how. Raises InvalidArgument on an unknown
/// class, key or value, by name.
std::shared_ptr<Layer> deserialize(const Config& config);
/// A name nobody has yet: `base`, `base_1`, ….
std::string unique_name(const std::string& base);
}  // namespace layers

}  // namespace strata
