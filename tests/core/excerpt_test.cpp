// How text and JSON from a file are shortened in error messages.
#include "core/excerpt.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "strata/config.hpp"
#include "strata/layers/layer.hpp"
#include "strata/losses/loss.hpp"

namespace strata::testing {
namespace {

TEST(Excerpt, LeavesShortTextsAlone) {
  EXPECT_EQ(excerpt("short"), "short");
  EXPECT_EQ(excerpt(std::string(80, 'x')), std::string(80, 'x'));
}

TEST(Excerpt, CutsLongOnesBetweenCharacters) {
  EXPECT_EQ(excerpt(std::string(81, 'x')), std::string(80, 'x') + "…");
  EXPECT_EQ(excerpt("äöü", 3), "ä…");
  EXPECT_EQ(excerpt("äöü", 4), "äö…");
}

TEST(JsonExcerpt, IsTheValueShortened) {
  EXPECT_EQ(json_excerpt({{"l2", 0.25}}), "{\"l2\":0.25}");
  EXPECT_EQ(json_excerpt(std::string(100, 'x')), "\"" + std::string(79, 'x') + "…");
}

TEST(JsonExcerpt, TakesBytesThatAreNoText) {
  EXPECT_EQ(json_excerpt(Config("a\xff")), "\"a\xef\xbf\xbd\"");
}

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

// A whole file where a name, a value or a key belongs: the error quotes only its beginning.
TEST(Errors, CarryNoWholeJson) {
  Config large = Config::array();
  for (int i = 0; i < 10000; ++i) large.push_back(i);
  const std::string text = large.dump();
  const std::string beginning =
      text.substr(0, 250);  // a message may show a beginning, such as that of a layer's name
  const Config objects[] = {
      large,
      {{"class_name", large}},
      {{"class_name", text}},
      {{"class_name", "Dense"}, {"config", large}},
      {{"class_name", "Dense"}, {"config", {{"units", large}}}},
      {{"class_name", "Dense"}, {"config", {{"units", 1}, {"name", text}, {text, large}}}},
      {{"class_name", "Dense"}, {"module", text}, {"config", large}},
      {{"class_name", "Dense"}, {"registered_name", text}},
      {{"class_name", "Dense"}, {"config", {{"units", 1}, {"activation", text}}}},
      {{"class_name", "Dense"}, {"config", {{"units", 1}, {"kernel_regularizer", large}}}},
      {{"class_name", "Dropout"}, {"config", {{"name", text}, {"seed", large}}}},
      {{"class_name", "InputLayer"}, {"config", {{"name", text}, {"batch_shape", large}}}},
      {{"class_name", "Reshape"}, {"config", {{"name", text}}}},
      {{"class_name", "Flatten"}, {"config", {{"name", "f"}, {"data_format", text}}}},
      {{"class_name", "MaxPooling2D"}, {"config", {{"name", "p"}, {"padding", text}}}},
      {{"class_name", "Sequential"}, {"config", large}},
      {{"class_name", "Sequential"}, {"config", {{"name", "m"}, {"layers", text}}}},
      {{"class_name", "Sequential"}, {"config", {{"name", "m"}, {"layers", {large}}}}},
      {{"class_name", "Sequential"},
       {"config",
        {{"name", "m"}, {"layers", {{{"class_name", "Dens"}, {"config", {{"name", text}}}}}}}}}};
  for (const Config& object : objects) {
    const std::string error = error_of([&] { layers::deserialize(object); });
    EXPECT_FALSE(error.empty()) << object.dump().substr(0, 100);
    EXPECT_EQ(error.find(beginning), std::string::npos) << error.substr(0, 1000);
  }
  EXPECT_EQ(error_of([&] { LossSpec{text}; }).find(beginning), std::string::npos);
}

}  // namespace
}  // namespace strata::testing
