// Tensor: construction from scalars, values and arrays, sharing, arithmetic, errors.
#include "strata/tensor/tensor.hpp"

#include <gtest/gtest.h>

#include <iterator>
#include <list>
#include <locale>
#include <span>
#include <sstream>

#include "strata/xtensor.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

std::vector<float> values_of(const Tensor& tensor) {
  return {tensor.values().begin(), tensor.values().end()};
}

const std::vector<float> kOneToSix{1, 2, 3, 4, 5, 6};

TEST(Tensor, MadeOfNothingIsUndefined) {
  const Tensor none;
  EXPECT_FALSE(none.defined());
  EXPECT_EQ(to_string(none), "Tensor(undefined)");
}

TEST(Tensor, MadeOfANumberIsAScalar) {
  const Tensor scalar = 3.0f;
  EXPECT_EQ(scalar.rank(), 0);
  EXPECT_EQ(scalar.size(), 1);
  EXPECT_EQ(scalar.item(), 3.0f);
}

TEST(Tensor, MadeOfAWholeNumberIsExactOrRefused) {
  EXPECT_EQ(Tensor(-3).item(), -3.0f);
  EXPECT_EQ(Tensor(16777216).item(), 16777216.0f);
  EXPECT_EQ(Tensor(std::uint8_t{200}).item(), 200.0f);
  EXPECT_THROW(Tensor(16777217), InvalidArgument);
  EXPECT_THROW(Tensor(UINT64_MAX), InvalidArgument);
}

// The first list is always the shape; ambiguous forms don't compile.
TEST(Tensor, TakesShapeAndValuesInParentheses) {
  EXPECT_EQ(values_of(Tensor({1, 2}, {3, 4})), (std::vector<float>{3, 4}));
  EXPECT_EQ(Tensor({}, {5}).shape(), Shape());
  const Tensor none = {};
  EXPECT_FALSE(none.defined());
}

TEST(Tensor, IsRowMajor) {
  const Tensor x({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(x.shape(), (Shape{2, 3}));
  EXPECT_EQ(values_of(x), kOneToSix);
}

TEST(Tensor, TakesAListASpanOrAVector) {
  EXPECT_EQ(values_of(Tensor({2, 3}, kOneToSix)), kOneToSix);
  EXPECT_EQ(values_of(Tensor({6}, std::span<const float>(kOneToSix))), kOneToSix);
  EXPECT_EQ(values_of(Tensor({0, 2}, std::vector<float>{})), std::vector<float>{});
}

TEST(Tensor, OwnsItsElements) {
  std::vector<float> source = kOneToSix;
  const Tensor x({6}, source);
  source[0] = 100.0f;
  EXPECT_EQ(x.values()[0], 1.0f);
}

TEST(Tensor, CopiesShareTheElements) {
  const Tensor x({6}, kOneToSix);
  const Tensor copy = x;
  EXPECT_EQ(copy.data(), x.data());
}

TEST(Tensor, RefusesValuesThatDoNotFillTheShape) {
  EXPECT_THAT(
      [] {
        Tensor({2, 3}, {1, 2, 3});
      },
      Raises<ShapeError>("Tensor: the number of values must be that of the shape. "
                         "Received: shape=(2, 3), 3 values."));
  EXPECT_THAT(
      [] {
        Tensor({-1}, {1, 2, 3});
      },
      Raises<ShapeError>("Shape: extents must not be negative and their product must fit "
                         "64 bits. Received: shape=(None,)."));
}

TEST(Tensor, ItemIsForOneElementOfAnyRank) { EXPECT_EQ(Tensor({1, 1}, {4.0f}).item(), 4.0f); }

TEST(Tensor, ItemIsRefusedOfMoreOrLess) {
  const std::string rule = "Tensor::item: the tensor must have exactly one element. Received: ";
  EXPECT_THAT([] { Tensor({2}, {1, 2}).item(); }, Raises<ShapeError>(rule + "shape=(2,)."));
  EXPECT_THAT([] { Tensor({0}, std::vector<float>{}).item(); },
              Raises<ShapeError>(rule + "shape=(0,)."));
  EXPECT_THAT([] { Tensor().item(); }, Raises<ShapeError>(rule + "an undefined tensor."));
}

TEST(Tensor, PrintsShapeAndFirstValues) {
  EXPECT_EQ(to_string(Tensor({2, 2}, {1, 2.5f, -3, 4})), "Tensor((2, 2), [1, 2.5, -3, 4])");
  EXPECT_EQ(to_string(Tensor({9}, std::vector<float>(9, 0.0f))),
            "Tensor((9,), [0, 0, 0, 0, 0, 0, 0, 0, …])");
}

TEST(ArrayLike, TakesXtensorsArrays) {
  const xt::xarray<float> array = {{1, 2, 3}, {4, 5, 6}};
  const xt::xtensor<double, 2> tensor = {{1, 2, 3}, {4, 5, 6}};
  EXPECT_EQ(Tensor(array).shape(), (Shape{2, 3}));
  EXPECT_EQ(values_of(array), kOneToSix);
  EXPECT_EQ(values_of(tensor), kOneToSix);
}

TEST(ArrayLike, TakesXtensorsExpressions) {
  const xt::xarray<float> array = {{0, 1, 2}, {3, 4, 5}};
  EXPECT_EQ(values_of(array + 1.0f), kOneToSix);
}

TEST(ArrayLike, ReadsColumnMajorArraysByTheirIndices) {
  const xt::xarray<float, xt::layout_type::column_major> array = {{1, 2, 3}, {4, 5, 6}};
  EXPECT_EQ(values_of(array), kOneToSix);
}

TEST(ArrayLike, TakesScalarsAndEmptyArrays) {
  EXPECT_EQ(Tensor(xt::xarray<float>(2.0f)).shape(), Shape());
  EXPECT_EQ(Tensor(xt::xarray<float>::from_shape({0, 3})).shape(), (Shape{0, 3}));
}

TEST(ArrayLike, TakesWholeNumbersUpToTwoToTheTwentyFourth) {
  const xt::xtensor<std::int64_t, 1> labels = {0, -7, 16777216};
  EXPECT_EQ(values_of(labels), (std::vector<float>{0, -7, 16777216}));
}

TEST(ArrayLike, RefusesWholeNumbersThatAFloatCannotHold) {
  const std::string rule =
      "Tensor: whole numbers are held as float32, which is exact up to 2^24 = 16777216. Received: ";
  const xt::xtensor<std::int64_t, 1> large = {1, 16777217};
  EXPECT_THAT([&] { Tensor{large}; }, Raises<InvalidArgument>(rule + "16777217."));
  const xt::xtensor<int, 1> negative = {-16777217};
  EXPECT_THAT([&] { Tensor{negative}; }, Raises<InvalidArgument>(rule + "-16777217."));
  const xt::xtensor<std::uint64_t, 1> huge = {UINT64_MAX};
  EXPECT_THROW(Tensor{huge}, InvalidArgument);
}

TEST(ArrayLike, RefusesMoreThanEightAxes) {
  const auto array = xt::xarray<float>::from_shape({1, 1, 1, 1, 1, 1, 1, 1, 1});
  EXPECT_THAT([&] { Tensor{array}; },
              Raises<ShapeError>("Shape: at most 8 axes are supported. Received: 9."));
}

// A user's array type: `Begin` and `End` are its iterators, `extents` is the shape it reports.
template <class Begin, class End = Begin>
struct Array {
  std::vector<std::int64_t> extents;
  Begin first;
  End last;
  Begin begin() const { return first; }
  End end() const { return last; }
  const std::vector<std::int64_t>& shape() const { return extents; }
  std::size_t dimension() const { return extents.size(); }
};

using Pointer = const float*;
using List = std::list<float>;

Tensor tensor_of(std::vector<std::int64_t> extents, const std::vector<float>& values) {
  return Array<Pointer>{std::move(extents), values.data(), values.data() + values.size()};
}

Tensor tensor_of_list(std::vector<std::int64_t> extents, const List& values) {
  return Array<List::const_iterator>{std::move(extents), values.begin(), values.end()};
}

// An array with single-pass iterators, whose number of elements is known only at the end.
Tensor tensor_of_stream(std::vector<std::int64_t> extents, const std::string& numbers) {
  std::istringstream stream(numbers);
  stream.imbue(std::locale::classic());
  using Numbers = std::istream_iterator<float>;
  return Array<Numbers>{std::move(extents), Numbers(stream), Numbers()};
}

TEST(ArrayLike, TakesAnyIterators) {
  EXPECT_EQ(values_of(tensor_of({2, 3}, kOneToSix)), kOneToSix);
  EXPECT_EQ(values_of(tensor_of_list({6}, {1, 2, 3, 4, 5, 6})), kOneToSix);
  EXPECT_EQ(values_of(tensor_of_stream({3, 2}, "1 2 3 4 5 6")), kOneToSix);
  EXPECT_EQ(tensor_of_stream({0, 2}, "").shape(), (Shape{0, 2}));
}

TEST(ArrayLike, RefusesMoreElementsThanItsShapeHas) {
  const std::string error =
      "Tensor: an array must have as many elements as its shape says. Received: shape=(2,), more "
      "elements.";
  EXPECT_THAT([] { tensor_of({2}, kOneToSix); }, Raises<ShapeError>(error));
  EXPECT_THAT([] { tensor_of_list({2}, {1, 2, 3}); }, Raises<ShapeError>(error));
  EXPECT_THAT([] { tensor_of_stream({2}, "1 2 3"); }, Raises<ShapeError>(error));
  EXPECT_THROW(tensor_of({}, {}), ShapeError);
  EXPECT_THROW(tensor_of({0}, {1}), ShapeError);
  EXPECT_THROW(tensor_of_list({0, 5}, {1}), ShapeError);
}

// An iterator that never reaches an end.
struct Endless {
  float operator*() const { return 1.0f; }
  Endless& operator++() { return *this; }
  bool operator==(const Endless&) const { return false; }
};

TEST(ArrayLike, StopsAtTheFirstElementTooMany) {
  const Array<Endless> array = {{3}, {}, {}};
  EXPECT_THROW(Tensor{array}, ShapeError);
}

TEST(ArrayLike, RefusesFewerElementsThanItsShapeHas) {
  const std::string error =
      "Tensor: an array must have as many elements as its shape says. Received: shape=(3, 3), 6 "
      "elements.";
  EXPECT_THAT([] { tensor_of({3, 3}, kOneToSix); }, Raises<ShapeError>(error));
  EXPECT_THAT([] { tensor_of_list({3, 3}, {1, 2, 3, 4, 5, 6}); }, Raises<ShapeError>(error));
  EXPECT_THAT([] { tensor_of_stream({3, 3}, "1 2 3 4 5 6"); }, Raises<ShapeError>(error));
  EXPECT_THROW(tensor_of({std::int64_t{1} << 60}, kOneToSix), ShapeError);
}

TEST(ArrayLike, RefusesExtentsThatNoTensorHas) {
  constexpr std::int64_t kHuge = std::int64_t{1} << 40;
  EXPECT_THROW(tensor_of({-1, 6}, kOneToSix), ShapeError);
  EXPECT_THROW(tensor_of({-2, -3}, kOneToSix), ShapeError);
  EXPECT_THROW(tensor_of({kHuge, kHuge}, kOneToSix), ShapeError);
  EXPECT_THROW(tensor_of_list({kHuge, kHuge, 0}, {1}), ShapeError);
}

TEST(ArrayLike, TakesTruthValuesAsZeroAndOne) {
  const xt::xtensor<bool, 1> flags = {true, false};
  EXPECT_EQ(values_of(flags), (std::vector<float>{1, 0}));
}

}  // namespace
}  // namespace strata::testing
