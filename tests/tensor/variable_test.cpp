// Variable: identity, assignment, regularizer and constraint.
#include "strata/tensor/variable.hpp"

#include <gtest/gtest.h>

#include <set>

#include "strata/constraints/non_neg.hpp"
#include "strata/regularizers/l2.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

Variable kernel() { return {"kernel", Tensor({2}, {1.0f, 2.0f})}; }

TEST(Variable, HoldsNameShapeAndValue) {
  const Variable w = kernel();
  EXPECT_EQ(w.name(), "kernel");
  EXPECT_EQ(w.shape(), (Shape{2}));
  EXPECT_THAT(w.value(), IsClose(Tensor({2}, {1, 2})));
  EXPECT_TRUE(w.trainable());
}

TEST(Variable, HasAPathWhichIsItsNameUnlessSaid) {
  EXPECT_EQ(kernel().path(), "kernel");
  const Variable w("kernel", 1.0f, {.trainable = false, .path = "sequential/dense/kernel"});
  EXPECT_EQ(w.path(), "sequential/dense/kernel");
  EXPECT_EQ(w.name(), "kernel");
  EXPECT_FALSE(w.trainable());
}

TEST(Variable, MadeOfNothingIsUndefined) { EXPECT_FALSE(Variable().defined()); }

TEST(Variable, ThatIsUndefinedSaysSoWhateverItIsAsked) {
  const auto text =
      "Variable: a layer's weights are made when it is built; build or call it first. Received: an "
      "undefined variable.";
  const Variable none;
  EXPECT_THAT([&] { none.name(); }, Raises<StateError>(text));
  EXPECT_THAT([&] { none.value(); }, Raises<StateError>(text));
  EXPECT_THAT([&] { none.shape(); }, Raises<StateError>(text));
  EXPECT_THAT([&] { none.path(); }, Raises<StateError>(text));
  EXPECT_THAT([&] { none.axes(); }, Raises<StateError>(text));
  EXPECT_THAT([&] { none.id(); }, Raises<StateError>(text));
  EXPECT_THAT([&] { none.trainable(); }, Raises<StateError>(text));
  EXPECT_THAT([&] { none.regularizer(); }, Raises<StateError>(text));
  EXPECT_THAT([&] { none.assign(1.0f); }, Raises<StateError>(text));
  EXPECT_THAT([&] { none.set_trainable(false); }, Raises<StateError>(text));
  EXPECT_THAT([&] { none.mutable_data(); }, Raises<StateError>(text));
  EXPECT_TRUE(none == Variable());
}

TEST(Variable, CopiesAreTheSameWeight) {
  const Variable w = kernel();
  const Variable copy = w;
  copy.assign(Tensor({2}, {5, 6}));
  EXPECT_TRUE(copy == w);
  EXPECT_EQ(copy.id(), w.id());
  EXPECT_THAT(w.value(), IsClose(Tensor({2}, {5, 6})));
}

TEST(Variable, OfTheSameNameAndValueIsAnother) { EXPECT_FALSE(kernel() == kernel()); }

TEST(Variable, NeverHasAnothersId) {
  std::set<std::uint64_t> ids;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(ids.insert(kernel().id()).second);  // all are gone
}

TEST(Variable, ConvertsToItsPresentValue) {
  const Variable w = kernel();
  const Tensor& value = w;
  EXPECT_EQ(value.values()[1], 2.0f);
}

TEST(Variable, AnAssignmentDoesNotChangeTensorsTakenBefore) {
  const Variable w = kernel();
  const Tensor before = w;
  w.assign(Tensor({2}, {5, 6}));
  EXPECT_THAT(before, IsClose(Tensor({2}, {1, 2})));
}

TEST(Variable, AnUpdateInPlaceDoesNotChangeTensorsTakenBefore) {
  const Variable w = kernel();
  const Tensor before = w;
  w.mutable_data()[0] = 9.0f;
  EXPECT_THAT(before, IsClose(Tensor({2}, {1, 2})));
  EXPECT_THAT(w.value(), IsClose(Tensor({2}, {9, 2})));
}

TEST(Variable, AnUpdateInPlaceDoesNotChangeWhatItWasMadeOf) {
  const Tensor source({2}, {1, 2});
  const Variable w("w", source);
  w.mutable_data()[0] = 9.0f;
  EXPECT_EQ(source.values()[0], 1.0f);
  w.assign(source);
  w.mutable_data()[1] = 9.0f;
  EXPECT_EQ(source.values()[1], 2.0f);
}

TEST(Variable, AnUpdateInPlaceMovesNothingWhenNobodyElseHoldsTheValue) {
  const Variable w = kernel();
  w.mutable_data()[0] = 9.0f;
  const float* data = w.value().data();
  EXPECT_EQ(w.mutable_data(), data);
}

TEST(Variable, RefusesAValueOfAnotherShapeAndKeepsItsOwn) {
  const Variable w = kernel();
  const std::string rule =
      "Variable: the new value must have the shape of the old one, (2,). Received: name=kernel, ";
  EXPECT_THAT([&] { w.assign(Tensor({3}, {1, 2, 3})); }, Raises<ShapeError>(rule + "shape=(3,)."));
  EXPECT_THAT([&] { w.assign(Tensor()); }, Raises<ShapeError>(rule + "shape=undefined."));
  EXPECT_THAT(w.value(), IsClose(Tensor({2}, {1, 2})));
}

TEST(Variable, RefusesAnUndefinedInitialValue) {
  EXPECT_THAT([] { Variable("w", Tensor()); },
              Raises<InvalidArgument>(
                  "Variable: the initial value must be defined. Received: name=w, undefined."));
}

TEST(Variable, IsFrozenAndThawed) {
  const Variable w = kernel();
  w.set_trainable(false);
  EXPECT_FALSE(w.trainable());
  EXPECT_EQ(w.value().trace().owner, autodiff::Trace::kConstant);
  w.set_trainable(true);
  EXPECT_TRUE(w.value().trace().is_read());
}

TEST(Variable, ThatIsNeverTrainedTakesNoRule) {
  const auto penalty = std::make_shared<const regularizers::L2>(0.5f);
  const auto bound = std::make_shared<const constraints::NonNeg>();
  const Variable count("count", Tensor(1.0f), false);
  const std::string rule = "Variable: only a weight that is trained can have a ";
  EXPECT_THAT([&] { count.set_regularizer(penalty); },
              Raises<InvalidArgument>(rule + "regularizer. Received: one for count."));
  EXPECT_THAT([&] { count.set_constraint(bound); },
              Raises<InvalidArgument>(rule + "constraint. Received: one for count."));
  EXPECT_NO_THROW(count.set_regularizer(nullptr));
  EXPECT_NO_THROW(count.set_constraint(nullptr));
  count.set_trainable(true);
  count.set_trainable(false);
  EXPECT_NO_THROW(count.set_regularizer(penalty));
  EXPECT_NO_THROW(count.set_constraint(bound));
}

TEST(Variable, CarriesItsRegularizer) {
  const Variable w = kernel();
  EXPECT_EQ(w.regularizer(), nullptr);
  const auto rule = std::make_shared<const regularizers::L2>(0.5f);
  w.set_regularizer(rule);
  EXPECT_EQ(w.regularizer(), rule);
  w.set_regularizer(nullptr);
  EXPECT_EQ(w.regularizer(), nullptr);
}

}  // namespace
}  // namespace strata::testing
