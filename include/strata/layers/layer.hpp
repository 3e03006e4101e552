// Layer: weights, a call, and the penalties of both. What users subclass.
#pragma once

#include <concepts>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "strata/constraints/constraint.hpp"
#include "strata/core/config.hpp"
#include "strata/initializers/initializer.hpp"
#include "strata/regularizers/regularizer.hpp"
#include "strata/tensor/tensor.hpp"
#include "strata/tensor/variable.hpp"

namespace strata {

/// What a call is told besides its inputs.
struct CallContext {
  bool training = false;  ///< Whether dropout drops and batch statistics are used.
};

/// A weight to be made by `Layer::add_weight`.
struct WeightOptions {
  std::string name;
  Shape shape;
  InitializerSpec initializer = "glorot_uniform";
  RegularizerSpec regularizer = {};
  ConstraintSpec constraint = {};
  bool trainable = true;
};

/// A recorded or a weight's penalty, with its source: `activity`, `add_loss`, or the weight's name.
struct Penalty {
  std::string layer;
  std::string source;
  Tensor value;
};

/// A subclass overrides `call`, and where it has weights `create_weights`.
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
  /// value on the outputs by their axis-0 size. The outermost call drops what the last one
  /// recorded. Without a context, a call inside another one takes that one's.
  Tensor operator()(const Tensor& inputs);
  Tensor operator()(const Tensor& inputs, const CallContext& context);

  virtual Tensor call(const Tensor& inputs, const CallContext& context) = 0;

  /// Makes the weights for inputs of this shape (the batch axis may be unknown). Does nothing if
  /// built. Raises ShapeError on a shape that the layer can't take; nothing is changed then.
  void build(const Shape& input_shape);
  bool built() const { return built_; }
  /// What it was built for; nothing before, and for layers that need no building.
  const std::optional<Shape>& build_shape() const { return build_shape_; }

  /// The outputs' shape; unknown extents stay unknown. By default found by a call on zeros. Builds
  /// nothing, and `losses()` stay those of the last call.
  virtual Shape compute_output_shape(const Shape& input_shape);

  /// What was recorded in the last call (its own first, then its sub-layers'), then the penalty of
  /// each trainable weight that has a regularizer, of the weights of now.
  std::vector<Tensor> losses() const;
  /// The same with layer and source.
  std::vector<Penalty> penalties() const;
  /// Adds a scalar to the losses of this call. Raises ShapeError on anything else.
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

  /// Default: the class in snake_case, made unique in the process: `dense`, `dense_1`, ….
  const std::string& name() const;
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

 protected:
  Layer(std::string_view class_name, std::string name, RegularizerSpec activity_regularizer = {});

  virtual void create_weights(const Shape& input_shape);
  /// Raises ShapeError on inputs the layer can't take, built or not.
  virtual void check_input(const Shape& input_shape) const;
  struct RegularizerSlot {
    std::string_view weight;
    RegularizerSpec* regularizer;
  };
  /// The options' slots behind the weights' regularizers, so that configs tell the truth after
  /// `set_regularizer`. Default: none given, the weights are known once they are made.
  virtual std::optional<std::vector<RegularizerSlot>> regularizer_slots();
  /// Takes a config's flag over. By default sub-layers follow; where the config has flags of
  /// theirs, they keep those.
  virtual void restore_trainable(bool trainable);
  /// Freezes or thaws this layer alone.
  void set_own_trainable(bool trainable);

  /// For constructors of layers that have nothing to build: pooling, dropout, reshaping, ….
  void mark_built() { built_ = true; }

  Variable add_weight(const WeightOptions& options);
  /// Records `regularizer(outputs)` by their axis-0 size, beside what the activity slot holds.
  void add_activity_penalty(const Regularizer& regularizer, const Tensor& outputs);
  /// Makes another layer a part of this one: its weights and penalties count here.
  void track(std::shared_ptr<Layer> sublayer);
  void untrack_last() { sublayers_.pop_back(); }

  /// Unbuilds what a call that fails has built; in src/layers/build_rollback.hpp.
  class BuildRollback;

 private:
  struct Recorded {
    bool activity;
    Tensor value;
  };
  class CallScope;
  class TrialScope;

  void restore_regularizers(const Config& object);
  void clear_recorded();
  std::vector<const Layer*> flattened() const;
  template <class Visit>
  void visit_penalties(Visit visit) const;
  template <class Visit>
  void visit_weights(const Visit& visit) const;

  mutable std::string name_;
  bool trainable_ = true;
  bool built_ = false;
  std::optional<Shape> build_shape_;
  RegularizerSpec activity_regularizer_;
  std::vector<Variable> trainable_weights_;      // as declared
  std::vector<Variable> non_trainable_weights_;  // as declared
  std::vector<std::shared_ptr<Layer>> sublayers_;
  std::vector<Recorded> recorded_;
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
