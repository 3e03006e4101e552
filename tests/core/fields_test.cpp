// Field lists: what is written to configs, read from them and refused.
#include "core/fields.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/regularizer.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

struct Options {
  bool flag = true;
  int count = 3;
  std::int64_t large = 1LL << 40;
  float rate = 0.01f;
  std::string name = "it";
  Shape shape = {Shape::kUnknown, 8};
  std::optional<int> maybe = {};
  std::vector<int> list = {1, 2};
  PerAxis<2> size = {3, 5};
  OptionalPerAxis<2> strides = {};
  Required<int> units = 7;
  RegularizerSpec rule = regularizers::L2(0.5f);
};

template <class Fields>
void list_fields(Fields& fields, Options& options) {
  fields("flag", options.flag);
  fields("count", options.count);
  fields("large", options.large);
  fields("rate", options.rate);
  fields("name", options.name);
  fields("shape", options.shape);
  fields("maybe", options.maybe);
  fields("list", options.list);
  fields("size", options.size);
  fields("units", options.units);
  fields("rule", options.rule);
  fields.neutral("sparse", false);
}

Config write(Options options) {
  return write_fields([&](auto& fields) { list_fields(fields, options); });
}

Options read(const char* json) {
  Options options;
  read_fields("Thing", Config::parse(json), [&](auto& fields) { list_fields(fields, options); });
  return options;
}

void expect_refused(const char* json, const std::string& rule) {
  EXPECT_THAT([&] { read(json); }, Raises<InvalidArgument>("Thing: " + rule)) << json;
}

TEST(Fields, AreWrittenInOrder) {
  EXPECT_EQ(write({}).dump(),
            R"({"flag":true,"count":3,"large":1099511627776,"rate":0.01,"name":"it",)"
            R"("shape":[null,8],"maybe":null,"list":[1,2],"size":[3,5],"units":7,)"
            R"("rule":{"module":"keras.regularizers","class_name":"L2","config":{"l2":0.5},)"
            R"("registered_name":null}})");
}

TEST(Fields, ComeBackAsTheyWere) {
  Options options;
  options.maybe = 4;
  options.shape = {2, 3};
  options.rule = nullptr;
  EXPECT_EQ(write(read(write(options).dump().c_str())), write(options));
}

TEST(Fields, WithoutAKeyKeepTheirDefaults) {
  EXPECT_EQ(write(read("{}")), write({}));
  EXPECT_EQ(read(R"({"count": 9})").count, 9);
}

TEST(Fields, NullEmptiesAnOptional) {
  Options options;
  options.maybe = 4;
  read_fields("Thing", Config{{"maybe", nullptr}},
              [&](auto& fields) { fields("maybe", options.maybe); });
  EXPECT_EQ(options.maybe, std::nullopt);
}

TEST(Fields, OneNumberStandsForAllAxes) {
  EXPECT_EQ(read(R"({"size": 4})").size, PerAxis<2>(4, 4));
  EXPECT_EQ(read(R"({"size": [4, 6]})").size, PerAxis<2>(4, 6));
}

TEST(Fields, OfTheWrongKindAreRefusedByName) {
  expect_refused(R"({"flag": 1})", "flag must be true or false. Received: flag=1.");
  expect_refused(R"({"count": 2.5})", "count must be a whole number. Received: count=2.5.");
  expect_refused(R"({"count": "5"})", "count must be a whole number. Received: count=\"5\".");
  expect_refused(R"({"count": true})", "count must be a whole number. Received: count=true.");
  expect_refused(R"({"count": null})", "count must be a whole number. Received: count=null.");
  expect_refused(R"({"rate": "fast"})", "rate must be a number. Received: rate=\"fast\".");
  expect_refused(R"({"rate": true})", "rate must be a number. Received: rate=true.");
  expect_refused(R"({"name": 3})", "name must be a string. Received: name=3.");
  expect_refused(R"({"list": 3})", "list must be a list. Received: list=3.");
  expect_refused(R"({"list": [1, "2"]})", "list must be a whole number. Received: list=\"2\".");
  expect_refused(R"({"units": -0.5})", "units must be a whole number. Received: units=-0.5.");
  expect_refused(R"({"maybe": {}})", "maybe must be a whole number. Received: maybe={}.");
}

TEST(Fields, ThatDoNotFitTheirTypeAreRefused) {
  expect_refused(R"({"count": 3000000000})",
                 "count must be a whole number below 2^31. Received: count=3000000000.");
  expect_refused(R"({"count": -3000000000})",
                 "count must be a whole number below 2^31. Received: count=-3000000000.");
  expect_refused(R"({"large": 18446744073709551615})",
                 "large must be a whole number. Received: large=18446744073709551615.");
  expect_refused(R"({"large": 1e30})", "large must be a whole number. Received: large=1e+30.");
  expect_refused(R"({"size": [1, 2, 3]})",
                 "size must be a whole number, or one for each axis. Received: size=[1,2,3].");
  expect_refused(R"({"shape": [1,1,1,1,1,1,1,1,1]})",
                 "shape must be a list of at most 8 extents. Received: shape=[1,1,1,1,1,1,1,1,1].");
}

TEST(Fields, AnUnknownKeyIsRefusedByName) {
  expect_refused(R"({"colour": "red"})",
                 "unknown key in the config; known are flag, count, large, rate, name, shape, "
                 "maybe, list, size, units, rule, sparse. Received: colour=\"red\".");
}

TEST(Fields, ANeutralKeyIsTakenAtItsNeutralValueAlone) {
  EXPECT_NO_THROW(read(R"({"sparse": false})"));
  expect_refused(R"({"sparse": true})",
                 "sparse is supported only as false. Received: sparse=true.");
}

TEST(Fields, ARulesOwnErrorNamesTheSlot) {
  expect_refused(R"({"rule": {"class_name": "L2", "config": {"l2": -1.0}}})",
                 "rule: L2: l2 must be finite and >= 0. Received: l2=-1.");
}

TEST(Fields, FloatsAreWrittenAsTheirShortestDecimal) {
  EXPECT_EQ(to_config(0.1f).dump(), "0.1");
  EXPECT_EQ(to_config(1e-7f).dump(), "1e-07");
  EXPECT_EQ(to_config(1.0f / 3.0f).get<float>(), 1.0f / 3.0f);
}

struct ExactNumbers {
  double value = 0.0;
  std::uint64_t count = 0;
};

template <class Fields>
void list_fields(Fields& fields, ExactNumbers& numbers) {
  fields("value", numbers.value);
  fields("count", numbers.count);
}

TEST(Fields, DoublesAndCountsComeBackToTheBit) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double value : {0.1, -0.0, 1.0 / 3.0, 5e-324, kInfinity, -kInfinity}) {
    const ExactNumbers numbers{value, std::numeric_limits<std::uint64_t>::max()};
    const Config read = Config::parse(options_to_config(numbers).dump());
    const auto again = options_from_config<ExactNumbers>("Exact", read);
    EXPECT_EQ(again.value, value);
    EXPECT_EQ(std::signbit(again.value), std::signbit(value));
    EXPECT_EQ(again.count, numbers.count);
  }
  EXPECT_TRUE(std::isnan(options_from_config<ExactNumbers>("Exact", {{"value", "nan"}}).value));
}

TEST(Fields, ThatAreNoExactNumbersAreRefused) {
  EXPECT_THAT(
      [] {
        options_from_config<ExactNumbers>("Exact", {{"value", "many"}});
      },
      Raises<InvalidArgument>("Exact: value must be a number. Received: value=\"many\"."));
  EXPECT_THAT(
      [] {
        options_from_config<ExactNumbers>("Exact", {{"count", -1}});
      },
      Raises<InvalidArgument>("Exact: count must be a whole number from 0. Received: count=-1."));
}

TEST(Fields, AnOptionalPerAxisMayStayUnset) {
  Options options;
  const auto list = [&](auto& fields) { fields("strides", options.strides); };
  read_fields("Thing", Config{{"strides", nullptr}}, list);
  EXPECT_FALSE(options.strides);
  read_fields("Thing", Config{{"strides", {2, 1}}}, list);
  EXPECT_EQ(options.strides.value_or(9), PerAxis<2>(2, 1));
}

}  // namespace
}  // namespace strata::testing
