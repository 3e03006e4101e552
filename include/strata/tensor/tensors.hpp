// Tensors: the inputs or outputs of a call, one tensor or several.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <type_traits>
#include <utility>
#include <vector>

#include "strata/tensor/tensor.hpp"

namespace strata {

/// An ordered list of tensors, implicitly made from a single one or from anything that converts to
/// one. A list of one tensor allocates no memory of its own.
///
///     const Tensors both = {images, tabular};
///     const Shape& shape = both[0].shape();
class Tensors {
 public:
  Tensors() = default;
  Tensors(Tensor tensor) : one_(std::move(tensor)), holds_one_(true) {}
  template <class T>
  requires(!std::is_same_v<std::remove_cvref_t<T>, Tensors> &&
           !std::is_same_v<std::remove_cvref_t<T>, Tensor> && std::is_convertible_v<T&&, Tensor>)
      Tensors(T&& value)
      : Tensors(Tensor(std::forward<T>(value))) {}
  Tensors(std::initializer_list<Tensor> tensors) : Tensors(std::vector<Tensor>(tensors)) {}
  explicit Tensors(std::vector<Tensor> tensors);

  std::size_t size() const { return holds_one_ ? 1 : several_.size(); }
  bool empty() const { return size() == 0; }
  /// Whether the list is not empty and all its tensors are defined.
  bool defined() const;

  const Tensor* begin() const { return holds_one_ ? &one_ : several_.data(); }
  const Tensor* end() const { return begin() + size(); }
  /// Not range-checked, like a vector's.
  const Tensor& operator[](std::size_t index) const { return begin()[index]; }
  const Tensor& front() const { return *begin(); }

  /// The results of `function` on each tensor, in the same order.
  template <class Function>
  Tensors map(const Function& function) const {
    if (size() == 1) return function(front());
    std::vector<Tensor> results;
    for (const Tensor& tensor : *this) results.push_back(function(tensor));
    return Tensors(std::move(results));
  }

  /// The tensor of a list of exactly one. Raises ShapeError, naming `who`, on any other number.
  const Tensor& single(const char* who = "Tensors") const;

 private:
  Tensor one_;
  bool holds_one_ = false;
  std::vector<Tensor> several_;
};

/// The shapes of defined tensors, in the same order.
std::vector<Shape> shapes_of(const Tensors& tensors);

}  // namespace strata
