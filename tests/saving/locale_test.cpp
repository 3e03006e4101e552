// Writing, reading and training give the same numbers under any locale of the process.
#include <gtest/gtest.h>

#include <clocale>
#include <locale>
#include <sstream>
#include <string>

#include "io/json.hpp"
#include "strata/config.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/saving/clone_model.hpp"
#include "strata/saving/model_from_json.hpp"
#include "strata/show_config.hpp"
#include "strata/tensor/random.hpp"

namespace strata::testing {
namespace {

// A C++ locale facet with which streams print 1234.5 as 1.234,5.
class Commas : public std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

// Sets a C and a C++ locale with a decimal comma (the C one if one is installed), and restores the
// previous ones.
class CommaLocale : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name :
         {"de_DE.UTF-8", "fr_FR.UTF-8", "es_ES.UTF-8", "it_IT.UTF-8", "ru_RU.UTF-8", "pt_BR.UTF-8",
          "nl_NL.UTF-8", "pl_PL.UTF-8", "de_DE", "fr_FR"}) {
      if (std::setlocale(LC_ALL, name) != nullptr) break;
    }
    std::locale::global(std::locale(std::locale::classic(), new Commas));
    if (*std::localeconv()->decimal_point == '.') std::setlocale(LC_ALL, before_c_.c_str());
  }
  void TearDown() override {
    std::locale::global(before_);
    std::setlocale(LC_ALL, before_c_.c_str());
  }

 private:
  std::string before_c_ = std::setlocale(LC_ALL, nullptr);
  std::locale before_;
};

Sequential small_model() {
  return Sequential(
      {layers::Input({3}),
       layers::Dense({.units = 1, .kernel_regularizer = regularizers::L2(0.25f), .name = "head"})});
}

TEST_F(CommaLocale, IsOne) {
  std::ostringstream text;
  text << 1234.5;
  EXPECT_EQ(text.str(), "1.234,5");
}

TEST_F(CommaLocale, IsNotInConfigs) {
  EXPECT_EQ(regularizers::serialize(regularizers::L2(0.25f))["config"].dump(), "{\"l2\":0.25}");
  EXPECT_EQ(io::parse_json("JSON", "[0.25, -1.5e-3, 1E2]").dump(), "[0.25,-0.0015,100.0]");
}

TEST_F(CommaLocale, IsNotInModels) {
  const Sequential model = small_model();
  const auto clone = clone_model(model);
  ASSERT_EQ(clone->penalties().size(), 1U);
  EXPECT_EQ(clone->to_json(), model.to_json());
  EXPECT_EQ(model_from_json(model.to_json())->to_json(), model.to_json());
}

TEST_F(CommaLocale, IsNotInTraining) {
  set_random_seed(0);
  const Tensor x = random::normal({8, 3});
  Sequential model = small_model();
  model.compile({.optimizer = "adam", .loss = "mse"});
  std::ostringstream output;
  const History history = model.fit(x, ops::sum(x, {1}, true),
                                    {.batch_size = 8,
                                     .epochs = 1200,
                                     .verbose = 2,
                                     .validation_split = 0.25f,
                                     .output = &output});
  const auto& loss = history.history.at("loss");
  EXPECT_LT(loss.back(), loss.front());
  EXPECT_NE(output.str().find("Epoch 1200/1200\n"), std::string::npos);
  EXPECT_EQ(output.str().find(','), std::string::npos);
}

TEST_F(CommaLocale, IsNotInTexts) {
  EXPECT_EQ(to_string(Tensor({2}, {0.5f, 12345.5f})), "Tensor((2,), [0.5, 12345.5])");
  std::ostringstream text;
  text << Shape{12345} << ' ' << Tensor(0.5f);
  EXPECT_EQ(text.str(), "(12345,) Tensor((), [0.5])");
  std::ostringstream config;
  show_config(config);
  EXPECT_NE(config.str().find("Strata 0."), std::string::npos);
}

}  // namespace
}  // namespace strata::testing
