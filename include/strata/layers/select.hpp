// Select: some of the features of every sample.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "strata/core/required.hpp"
#include "strata/layers/layer.hpp"

namespace strata::ops {
struct IndexRun;
}  // namespace strata::ops

namespace strata::layers {

struct SelectOptions {
  Required<std::vector<int>> indices;  ///< Of the last axis, from 0, in the order of the output.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `select`, `select_1`, ….
};

/// Input `(batch, …, features)`; output `(batch, …, indices)`: of the last axis the elements at the
/// indices. `shrink` puts one in front of a model that doesn't need all of its inputs.
///
///     layers::Select({0, 3, 4})  // or {.indices = {0, 3, 4}, .name = "used"}
///
/// Raises InvalidArgument on no indices and on a negative one, ShapeError on an input whose last
/// axis is unknown or ends before an index.
class Select : public Layer {
 public:
  using Options = SelectOptions;

  explicit Select(Options options);
  /// A template, so that braces with names are the options.
  template <class = void>
  explicit Select(const std::vector<int>& indices) : Select(Options{.indices = indices}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static Select from_config(const Config& config);

  const std::vector<int>& indices() const { return options_.indices; }

 protected:
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  Options options_;
  int largest_ = 0;
  std::shared_ptr<const std::vector<ops::IndexRun>> runs_;
};

}  // namespace strata::layers
