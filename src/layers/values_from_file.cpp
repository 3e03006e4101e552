// Makes weights of zeros for values from a file.
#include "layers/values_from_file.hpp"

#include <cstdlib>
#include <new>

#include "constraints/attached.hpp"
#include "strata/core/buffer.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata::layers {
namespace {

thread_local ValuesFromFile* active_values = nullptr;

// The system maps the pages of a large block of zeros when they are first touched.
Tensor untouched_zeros(const Shape& shape) {
  constexpr std::size_t kAlignment = 64;
  const auto count = static_cast<std::size_t>(shape.element_count());
  std::size_t space = count * sizeof(float) + kAlignment;
  void* const block = std::calloc(space, 1);
  if (block == nullptr) throw std::bad_alloc();
  void* begin = block;
  std::align(kAlignment, count * sizeof(float), begin, space);
  try {
    return TensorAccess::of(shape, Buffer::adopted(static_cast<float*>(begin), block,
                                                   [](void* owner) noexcept { std::free(owner); }));
  } catch (...) {
    std::free(block);
    throw;
  }
}

}  // namespace

ValuesFromFile::Active::Active(ValuesFromFile& values)
    : outer_(std::exchange(active_values, &values)) {}

ValuesFromFile::Active::~Active() { active_values = outer_; }

bool ValuesFromFile::active() { return active_values != nullptr; }

Tensor ValuesFromFile::initial_value(const InitializerSpec& initializer, const Shape& shape) {
  return active_values == nullptr ? initializer(shape) : untouched_zeros(shape);
}

void ValuesFromFile::remember(const Variable& weight, const InitializerSpec& initializer) {
  if (active_values == nullptr) return;
  active_values->weights_.push_back({weight, initializer, weight.value().data()});
}

void ValuesFromFile::initialize_rest() {
  for (const auto& [weight, initializer, zeros] : weights_) {
    if (weight.value().data() != zeros) continue;
    weight.assign(initializer(weight.shape()));
    if (const auto& rule = weight.regularizer()) {
      if (auto own = rule->attached_to(weight.value())) weight.set_regularizer(std::move(own));
    }
    weight.set_constraint(constraints::attached(weight.constraint(), weight.value()));
  }
  weights_.clear();
}

}  // namespace strata::layers
