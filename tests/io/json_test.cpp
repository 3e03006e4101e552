// JSON texts that are accepted, and those that are refused with a reason.
#include "io/json.hpp"

#include <gtest/gtest.h>

#include "strata/core/errors.hpp"
#include "support/matchers.hpp"

namespace strata::io {
namespace {

using strata::testing::Raises;

auto reading(std::string text, JsonLimits limits = {}) {
  return [text = std::move(text), limits] { parse_json("Reader", text, limits); };
}

std::string error_at(int byte, const std::string& near) {
  return "Reader: the text must be JSON. Received: an error at byte " + std::to_string(byte) +
         ", near \"" + near + "\".";
}

TEST(ParseJson, KeepsValuesAndTheOrderOfKeys) {
  const std::string text =
      R"({"z":[1,-2,2.5,true,null,{"b":"é","a":{}}],"a":18446744073709551615,"m":[]})";
  EXPECT_EQ(parse_json("Reader", text).dump(), text);
}

TEST(ParseJson, TakesAScalar) { EXPECT_EQ(parse_json("Reader", " 3 "), 3); }

TEST(ParseJson, MinusZeroIsZero) { EXPECT_EQ(parse_json("Reader", "-0").get<float>(), 0.0f); }

TEST(ParseJson, ManyKeysTakeLinearTime) {
  Config many = Config::object();
  auto& members = many.get_ref<Config::object_t&>();
  for (int i = 0; i < 100'000; ++i) {
    static_cast<std::vector<Config::object_t::value_type>&>(members).emplace_back(
        "key" + std::to_string(i), i);
  }
  EXPECT_EQ(parse_json("Reader", many.dump()).size(), 100'000u);
}

TEST(ParseJson, RefusesADuplicateKeyByName) {
  EXPECT_THAT(reading(R"({"a": {"units": 1, "name": "x", "units": 2}})"),
              Raises<InvalidArgument>(
                  "Reader: an object must not say a key twice. Received: \"units\" twice."));
}

TEST(ParseJson, RefusesWhatJsonDoesNotKnow) {
  EXPECT_THAT(reading("[NaN]"), Raises(error_at(2, "[N")));
  EXPECT_THAT(reading("[-Infinity]"), Raises(error_at(3, "-I")));
  EXPECT_THAT(reading("[1, 1e999]"), Raises(error_at(9, "1e999")));
  EXPECT_THAT(reading("// x\n{}"), Raises(error_at(1, "/")));
  EXPECT_THAT(reading("{'a': 1}"), Raises(error_at(2, "{'")));
  EXPECT_THAT(reading("[1,]"), Raises(error_at(4, "1,]")));
  EXPECT_THAT(reading(""), Raises(error_at(1, "")));
}

TEST(ParseJson, RefusesTrailingData) {
  EXPECT_THAT(reading("{} {}"), Raises(error_at(4, "{} {")));
  EXPECT_THAT(reading(std::string("{}\0{}", 5)),
              Raises("Reader: the text must be JSON. Received: a NUL at byte 2."));
}

TEST(ParseJson, RefusesAByteOrderMark) {
  EXPECT_THAT(reading("\xef\xbb\xbf{}"),
              Raises("Reader: the JSON must not begin with a byte order mark. Received: one."));
}

TEST(ParseJson, RefusesInvalidText) {
  EXPECT_THROW(parse_json("Reader", "[\"\xff\"]"), InvalidArgument);          // no UTF-8
  EXPECT_THROW(parse_json("Reader", "[\"\xed\xa0\x80\"]"), InvalidArgument);  // a surrogate
  EXPECT_THROW(parse_json("Reader", R"(["\ud800"])"), InvalidArgument);       // half a pair
  EXPECT_THAT(reading(R"({"na\u0000me": 1})"),
              Raises("Reader: a string must not hold NUL characters. Received: one at byte 2 of a "
                     "string."));
}

TEST(ParseJson, RefusesDeepNestingWithoutRecursion) {
  EXPECT_NO_THROW(parse_json("Reader", std::string(100, '[') + std::string(100, ']')));
  EXPECT_THAT(reading(std::string(1'000'000, '[')),
              Raises("Reader: the JSON must not be nested deeper than 100 levels. Received: a "
                     "deeper one."));
}

TEST(ParseJson, RefusesWhatExceedsItsBudget) {
  EXPECT_THAT(reading("[1, 2, 3]", {.values = 3}),
              Raises("Reader: the JSON must hold at most 3 values. Received: more."));
  EXPECT_THAT(reading("[1, 2, 3]", {.bytes = 8}),
              Raises("Reader: the JSON must be at most 8 bytes. Received: 9 bytes."));
}

TEST(ParseJson, ClipsALongTokenInItsError) {
  EXPECT_THAT(reading(std::string(5'000, '9') + "e9999"),
              Raises(error_at(5'005, std::string(40, '9') + "…")));
}

}  // namespace
}  // namespace strata::io
