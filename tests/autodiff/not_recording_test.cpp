// NotRecording hides the tapes that were there before it, and those alone.
#include "autodiff/not_recording.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "autodiff/dependence.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/ops/ops.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using autodiff::NotRecording;

const Tensor kSlope({2}, {2, -6});

class NotRecordingTest : public ::testing::Test {
 protected:
  Tensor squares() const { return ops::sum(ops::square(w_)); }

  const Variable w_{"w", Tensor({2}, {1.0f, -3.0f})};
  std::optional<GradientTape> tape_{std::in_place};
};

TEST_F(NotRecordingTest, MakesConstantsOfWhatIsComputedMeanwhile) {
  const Tensor before = squares();
  Tensor meanwhile;
  {
    const NotRecording guard;
    EXPECT_FALSE(autodiff::is_recording());
    meanwhile = squares() * before;
  }
  EXPECT_TRUE(autodiff::is_recording());
  EXPECT_FALSE(autodiff::leads_to_weight(meanwhile));
  EXPECT_THAT(tape_->gradient(before + squares() + meanwhile, w_), IsClose(2.0f * kSlope));
}

TEST_F(NotRecordingTest, LetsATapeOfItsOwnRecord) {
  const Tensor before = squares();
  Tensor slope;
  {
    const NotRecording guard;
    GradientTape own;
    slope = own.gradient(squares() + before, w_);
  }
  EXPECT_THAT(slope, IsClose(kSlope));
  EXPECT_THAT(tape_->gradient(before + ops::sum(slope), w_), IsClose(kSlope));
}

TEST_F(NotRecordingTest, PutsTheTapesBackBehindOneThatOutlivesIt) {
  const Tensor before = squares();
  std::optional<GradientTape> own;
  {
    const NotRecording guard;
    own.emplace();
  }
  const Tensor both = squares() * before;
  EXPECT_TRUE(own->gradient(both, w_).defined());
  own.reset();
  EXPECT_THROW(tape_->gradient(both, w_), StateError);
}

TEST_F(NotRecordingTest, LetsAHiddenTapeEnd) {
  {
    const NotRecording guard;
    tape_.reset();
    EXPECT_FALSE(autodiff::is_recording());
  }
  EXPECT_FALSE(autodiff::is_recording());
  GradientTape next;
  EXPECT_THAT(next.gradient(squares(), w_), IsClose(kSlope));
}

TEST_F(NotRecordingTest, MayBeNested) {
  {
    const NotRecording guard;
    { const NotRecording inner; }
    EXPECT_FALSE(autodiff::is_recording());
  }
  EXPECT_TRUE(autodiff::is_recording());
}

}  // namespace
}  // namespace strata::testing
