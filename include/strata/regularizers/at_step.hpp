// AtStep: tells penalties that change with the step which step it is.
#pragma once

#include <cstdint>
#include <optional>

namespace strata::regularizers {

/// While it lives, `Scheduled` rules and those that count in every n-th update alone (their option
/// `every`) go by this step on this thread:
///
///     const regularizers::AtStep step(optimizer.calls());
///     GradientTape tape;
///     const Tensor loss = data_loss + ops::sum(model.losses());
///     optimizer.apply(tape.gradient(loss, weights), weights);
class AtStep {
 public:
  /// What the penalties are for: an update of the weights, or to be looked at.
  enum class Purpose { update, report };

  explicit AtStep(std::int64_t step, Purpose purpose = Purpose::update) : outer_(now_) {
    now_ = {step, purpose};
  }
  ~AtStep() { now_ = outer_; }
  AtStep(const AtStep&) = delete;
  AtStep& operator=(const AtStep&) = delete;

  /// The innermost one's; nothing where there is none.
  static std::optional<std::int64_t> now();
  /// The same if it is for an update.
  static std::optional<std::int64_t> of_update();

 private:
  struct Step {
    std::int64_t number;
    Purpose purpose;
  };
  static constexpr std::int64_t kNone = -1;
  static thread_local constinit Step now_;

  const Step outer_;
};

}  // namespace strata::regularizers
