// Picks the crossentropy whose targets have the shape that is seen.
#include "losses/resolved_crossentropy.hpp"

#include "ops/align.hpp"
#include "ops/crossentropy.hpp"
#include "strata/losses/binary_crossentropy.hpp"
#include "strata/losses/categorical_crossentropy.hpp"
#include "strata/losses/sparse_categorical_crossentropy.hpp"

namespace strata::losses {

ResolvedCrossentropy::ResolvedCrossentropy(std::string identifier)
    : Loss({.name = identifier}), identifier_(std::move(identifier)) {}

Tensor ResolvedCrossentropy::call(const Tensor& y_true, const Tensor& y_pred) const {
  switch (ops::target_kind(y_true.shape(), y_pred.shape())) {
    case ops::TargetKind::binary:
      return ops::binary_crossentropy(y_true, y_pred, {});
    case ops::TargetKind::labels:
      return ops::sparse_categorical_crossentropy(y_true, y_pred, {});
    case ops::TargetKind::one_hot:
      break;
  }
  return ops::categorical_crossentropy(y_true, y_pred, {});
}

void ResolvedCrossentropy::check_targets(const Tensor& y_true, const Shape& y_pred) const {
  switch (ops::target_kind(y_true.shape(), y_pred)) {
    case ops::TargetKind::binary:
      return BinaryCrossentropy().check_targets(y_true, y_pred);
    case ops::TargetKind::labels:
      return SparseCategoricalCrossentropy().check_targets(y_true, y_pred);
    case ops::TargetKind::one_hot:
      break;
  }
  CategoricalCrossentropy().check_targets(y_true, y_pred);
}

}  // namespace strata::losses
