// Rollback: puts back what an operation has changed, unless the operation succeeds.
#pragma once

#include <utility>

namespace strata {

/// Calls `undo` when it is destroyed, unless it was told to keep the changes; so also when an
/// exception passes. `undo` must not raise.
///
///     model.track(layer);
///     Rollback untrack([&] { model.untrack_last(); });
///     model.build(shape);  // may raise
///     untrack.keep();
template <class Undo>
class [[nodiscard]] Rollback {
 public:
  explicit Rollback(Undo undo) : undo_(std::move(undo)) {}
  ~Rollback() {
    if (!kept_) undo_();
  }
  Rollback(const Rollback&) = delete;
  Rollback& operator=(const Rollback&) = delete;

  void keep() { kept_ = true; }
  bool kept() const { return kept_; }

 private:
  Undo undo_;
  bool kept_ = false;
};

}  // namespace strata
