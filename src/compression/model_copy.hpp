// A model as its config and its weights, to be changed before a new model is made of them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compression/unit_axis.hpp"
#include "strata/config.hpp"
#include "strata/models/model.hpp"

namespace strata::compression {

/// A layer of a Sequential, or of one inside it, in the order of the calls.
struct PlacedLayer {
  std::shared_ptr<Layer> layer;
  std::string path;  ///< From the model: `encoder/dense`.
  LayerShapes shapes;
  Config* siblings;   ///< The list in the copy that holds its object.
  std::size_t index;  ///< Its place there, until something is inserted in front of it.

  /// To be changed.
  Config& object() const { return siblings->at(index); }
  Config& config() const { return object().at("config"); }
  /// The path of a weight of its own.
  std::string weight(std::string_view name) const { return path + "/" + std::string(name); }
};

/// A layer, and the object in the copy that it is made of.
struct CopiedLayer {
  const Layer* layer;
  Config* object;
};

/// A weight's value, and what its rule keeps of it.
struct CopiedWeight {
  Tensor value;
  std::vector<Tensor> kept;
};

/// Raises InvalidArgument in `who`'s name on any other model, subclasses of Sequential too.
void check_sequential(std::string_view who, const Model& model);

class ModelCopy {
 public:
  /// Raises in `who`'s name: StateError on a model that isn't built, InvalidArgument on a layer that
  /// stands in it twice, inside wrappers too.
  ModelCopy(std::string_view who, const Model& model);
  ModelCopy(const ModelCopy&) = delete;
  ModelCopy& operator=(const ModelCopy&) = delete;

  /// Empty if the model is no Sequential.
  const std::vector<PlacedLayer>& layers() const { return layers_; }
  /// The layer, and those in it: what TimeDistributed, Bidirectional, RNN, StackedRNNCells and
  /// SpectralNormalization hold, and Sequential models inside these.
  std::vector<CopiedLayer> with_wrapped(const PlacedLayer& placed) const;
  /// Where the model has the weight.
  const std::string& path_of(const Variable& weight) const { return paths_.at(weight.id()); }
  /// By path, which is all that `make` goes by.
  std::map<std::string, CopiedWeight>& weights() { return weights_; }

  /// Forgets the shapes that a layer was built for, since they change.
  void rebuild(const PlacedLayer& placed) const { placed.object().erase("build_config"); }
  /// Puts a layer in front of another one.
  void insert(const PlacedLayer& before, const Layer& layer) const;
  /// A name for a new layer that none of the layer's siblings has.
  std::string free_name(const PlacedLayer& placed, const std::string& base) const;

  /// The model that the copy describes, not compiled, with the weights' values. A weight without a
  /// value is as its initializer makes it.
  std::shared_ptr<Model> make() const;

 private:
  void place(const std::vector<std::shared_ptr<Layer>>& all, const std::string& prefix,
             Config& object, Shape& shape);

  Config object_;
  std::vector<PlacedLayer> layers_;
  std::map<std::uint64_t, std::string> paths_;  // of weights, by their ids
  std::map<std::string, CopiedWeight> weights_;
};

/// Where the flags are set.
std::vector<int> indices_of(const std::vector<bool>& flags);

/// The slices of `value` along `axis` that are kept, in order.
Tensor kept_along(const Tensor& value, int axis, const std::vector<bool>& kept);

}  // namespace strata::compression
