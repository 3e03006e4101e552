// Weights whose values come from a file: what their initializers would draw is never needed.
#pragma once

#include <utility>
#include <vector>

#include "strata/initializers/initializer.hpp"
#include "strata/tensor/variable.hpp"

namespace strata::layers {

/// Remembers the weights that are made while it is active, which are zeros instead of what their
/// initializers would give. Memory for the zeros is taken when they are read, so that a model and
/// the values from its file are never there twice.
class ValuesFromFile {
 public:
  ValuesFromFile() = default;
  ValuesFromFile(const ValuesFromFile&) = delete;
  ValuesFromFile& operator=(const ValuesFromFile&) = delete;

  /// Calls `make`, and is active on this thread meanwhile.
  template <class Make>
  decltype(auto) during(const Make& make) {
    const Active active(*this);
    return make();
  }
  /// Runs the initializers of the weights that nobody has assigned to: a file doesn't hold those of
  /// layers that are hidden from the model.
  void initialize_rest();

  /// Whether one is active on this thread: a weight has no value yet that a rule could keep.
  static bool active();

  /// What a new weight begins with.
  static Tensor initial_value(const InitializerSpec& initializer, const Shape& shape);
  /// Called with each new weight.
  static void remember(const Variable& weight, const InitializerSpec& initializer);

 private:
  class Active {
   public:
    explicit Active(ValuesFromFile& values);
    ~Active();
    Active(const Active&) = delete;
    Active& operator=(const Active&) = delete;

   private:
    ValuesFromFile* outer_;
  };
  struct Unassigned {
    Variable weight;
    InitializerSpec initializer;
    const float* zeros;
  };

  std::vector<Unassigned> weights_;
};

}  // namespace strata::layers
