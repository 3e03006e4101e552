// A Tensor in a config. Declared in core/fields.hpp, defined here where Tensor is known.
#include "core/fields.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata {
namespace {

Config nested_lists(const Tensor& tensor, int axis, const float*& at) {
  if (axis == tensor.rank()) return to_config(*at++);
  Config list = Config::array();
  for (std::int64_t i = 0; i < tensor.shape()[axis]; ++i)
    list.push_back(nested_lists(tensor, axis + 1, at));
  return list;
}

// The extents of lists, by the first element of each; too many for a shape are cut off.
Shape extents_of(const Config& value) {
  Shape shape;
  for (const Config* at = &value; at->is_array() && shape.rank() < Shape::kMaxRank;
       at = &at->front()) {
    shape.append(static_cast<std::int64_t>(at->size()));
    if (at->empty()) break;
  }
  return shape;
}

// Whether the lists have these extents everywhere, and numbers inside; appends them.
bool append_numbers(const Config& value, const Shape& shape, int axis, std::vector<float>& into) {
  if (axis == shape.rank()) {
    if (!value.is_number()) return false;
    into.push_back(value.get<float>());
    return true;
  }
  if (!value.is_array() || static_cast<std::int64_t>(value.size()) != shape[axis]) return false;
  for (const Config& element : value) {
    if (!append_numbers(element, shape, axis + 1, into)) return false;
  }
  return true;
}

}  // namespace

Config to_config(const Tensor& tensor) {
  if (!tensor.defined()) return nullptr;
  const float* at = tensor.data();
  return nested_lists(tensor, 0, at);
}

void ConfigReader::read(const char* key, const Config& value, Tensor& field) const {
  if (value.is_null()) {
    field = {};
    return;
  }
  const Config* const stored = stored_array(value);
  const Config& array = stored ? *stored : value;
  const Shape shape = extents_of(array);
  std::vector<float> numbers;
  if (!append_numbers(array, shape, 0, numbers))
    refuse(key, "must be a number, or lists of numbers of equal lengths", value);
  field = Tensor(shape, numbers);
}

}  // namespace strata
