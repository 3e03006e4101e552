// shrink: a model without the units that are exactly zero.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "strata/models/model.hpp"

namespace strata {

struct ShrinkOptions {
  /// `"keep"`: the model takes the same inputs. `"select"`: a `layers::Select` picks those that are
  /// still used, so that it takes the same data.
  std::string inputs = "keep";
};

/// A number of a model before and after it was shrunk.
struct BeforeAndAfter {
  std::int64_t before = 0;
  std::int64_t after = 0;

  friend bool operator==(const BeforeAndAfter&, const BeforeAndAfter&) = default;
};

/// A layer that has weights.
struct ShrunkLayer {
  std::string layer;                         ///< Its path: `dense`, `encoder/dense`.
  std::optional<BeforeAndAfter> units = {};  ///< Units or filters of a Dense or a convolution.
  BeforeAndAfter parameters;
  /// Of one sample, for a Dense or a convolution; an unknown extent counts as 1.
  std::optional<BeforeAndAfter> multiply_adds = {};
  std::string note = {};  ///< Why the layer was left whole, or some of its dead units were left.
};

struct ShrinkReport {
  std::vector<ShrunkLayer> layers;
  std::optional<BeforeAndAfter> inputs = {};  ///< Features, where they were to be selected.
  std::string inputs_note = {};               ///< Why all inputs were left.
  BeforeAndAfter parameters;
  BeforeAndAfter multiply_adds;
  /// The rules whose value changes with the shape: `dense/kernel: GroupLasso`.
  std::vector<std::string> changed_rules = {};
};

/// A table, one line for each layer.
std::string to_string(const ShrinkReport& report);

struct ShrunkModel {
  std::shared_ptr<Model> model;  ///< Not compiled.
  ShrinkReport report;
};

/// A new model that computes the same without what is exactly zero:
///
///     auto [small, report] = shrink(model, {.inputs = "select"});
///     std::cout << to_string(report);
///     small->compile({.optimizer = "adam", .loss = "mse"});  // to train it on
///
/// Of each Dense and convolution (`groups` = 1) go the units whose outgoing weights are all 0, and
/// those whose incoming weights are all 0: what they put out is a constant, which is added to the
/// next bias, made if there was none. That needs a next layer that is Dense, or a convolution with
/// `valid` padding, or the constant 0. Units are followed through Flatten, Reshape, Permute,
/// pooling, cropping, padding, dropout, BatchNormalization in inference, activations that act
/// element by element, and Sequential models inside. What can't be followed stays whole, and the
/// report says why; so do the last layer's units, and one unit of each layer. 0 times anything counts
/// as 0. Outputs agree to rounding, `1e-5` of the largest; layer names, rules and what those keep of
/// their weights stay.
///
/// Raises StateError on a model that isn't built; InvalidArgument on other `inputs`, a layer that
/// stands in the model twice, and a class or callable that was not registered.
ShrunkModel shrink(const Model& model, const ShrinkOptions& options = {});

}  // namespace strata
