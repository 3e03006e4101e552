// ActivityRegularization: its own penalty, and the one in its slot.
#include "strata/layers/activity_regularization.hpp"

#include "strata/config.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using layers::ActivityRegularization;
using testing::IsClose;
using testing::Raises;

std::vector<float> losses_of(const Layer& layer) {
  std::vector<float> values;
  for (const Tensor& loss : layer.losses()) values.push_back(loss.item());
  return values;
}

TEST(ActivityRegularization, PassesItsInputsOn) {
  const Tensor x({2, 2}, {1, -2, 3, -4});
  EXPECT_THAT(ActivityRegularization({.l1 = 1.0f})(x), IsClose(x, 0.0));
}

TEST(ActivityRegularization, PaysPerSample) {  // the documented 4 * 0.3 + 2 * 0.2
  ActivityRegularization layer({.l1 = 0.2f, .l2 = 0.3f});
  layer(ops::full({1}, 2.0f));
  ASSERT_EQ(layer.losses().size(), 1u);
  EXPECT_NEAR(losses_of(layer)[0], 1.6f, 1e-6f);
}

TEST(ActivityRegularization, DividesByTheBatchAlone) {
  ActivityRegularization layer({.l1 = 1.0f});
  layer(ops::zeros({0, 3}));
  EXPECT_EQ(losses_of(layer), (std::vector<float>{0.0f}));
  layer(ops::ones({4, 2, 3}));
  EXPECT_EQ(losses_of(layer), (std::vector<float>{6.0f}));
  layer(Tensor(3.0f));
  EXPECT_EQ(losses_of(layer), (std::vector<float>{3.0f}));
}

TEST(ActivityRegularization, PaysForItsSlotToo) {
  ActivityRegularization layer({.l1 = 1.0f, .activity_regularizer = regularizers::L1L2({.l2 = 2})});
  layer(ops::full({2, 1}, 3.0f));
  EXPECT_EQ(losses_of(layer), (std::vector<float>{3.0f, 18.0f}));
  layer.set_regularizer("activity", nullptr);
  layer(ops::full({2, 1}, 3.0f));
  EXPECT_EQ(losses_of(layer), (std::vector<float>{3.0f}));
}

TEST(ActivityRegularization, NamesBothPenaltiesActivity) {
  ActivityRegularization layer({.l1 = 1.0f, .activity_regularizer = "l2", .name = "a"});
  layer(ops::ones({1, 1}));
  ASSERT_EQ(layer.penalties().size(), 2u);
  for (const Penalty& penalty : layer.penalties()) {
    EXPECT_EQ(penalty.layer + "/" + penalty.source, "a/activity");
  }
}

TEST(ActivityRegularization, KeepsBothPenaltiesInItsConfig) {
  const ActivityRegularization layer(
      {.l1 = 0.1f, .l2 = 0.2f, .activity_regularizer = "l1", .name = "a"});
  ActivityRegularization copy = ActivityRegularization::from_config(layer.get_config());
  EXPECT_EQ(copy.get_config(), layer.get_config());
  copy(ops::ones({1, 1}));
  EXPECT_EQ(copy.losses().size(), 2u);
}

TEST(ActivityRegularization, WithoutASlotWritesWhatKerasWrites) {
  EXPECT_EQ(ActivityRegularization({.l1 = 0.1f, .name = "a"}).get_config().dump(),
            R"({"name":"a","trainable":true,"dtype":{"module":"keras","class_name":"DTypePolicy",)"
            R"("config":{"name":"float32"},"registered_name":null},"l1":0.1,"l2":0.0})");
}

TEST(ActivityRegularization, PaysWhileFrozen) {
  ActivityRegularization layer({.l1 = 1.0f});
  layer.set_trainable(false);
  layer(ops::ones({1, 5}));
  EXPECT_EQ(losses_of(layer), (std::vector<float>{5.0f}));
}

TEST(ActivityRegularization, RefusesNegativeFactors) {
  EXPECT_THAT([] { ActivityRegularization({.l1 = -1.0f}); },
              Raises("L1L2: l1 must be finite and >= 0. Received: l1=-1."));
}

}  // namespace
}  // namespace strata
