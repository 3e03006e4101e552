// Keeps what runs inside a user's tape from being recorded on it.
#pragma once

#include "strata/autodiff/gradient_tape.hpp"

namespace strata::autodiff {

/// While it lives, the tapes that were made before it record nothing on this thread, so that all
/// that was computed from their variables counts as constant. Tapes made meanwhile do record: a
/// layer may take gradients in its own call.
class NotRecording {
 public:
  NotRecording();
  ~NotRecording();
  NotRecording(const NotRecording&) = delete;
  NotRecording& operator=(const NotRecording&) = delete;

 private:
  GradientTape::Impl* const hidden_;
};

}  // namespace strata::autodiff
