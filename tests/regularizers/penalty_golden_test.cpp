// The penalties that Keras lacks against NumPy and JAX: values, gradients, proximal points.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "regularizers/weight_layout.hpp"
#include "strata/autodiff/gradient_tape.hpp"
#include "strata/ops/array.hpp"
#include "strata/regularizers/group_lasso.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/sum.hpp"
#include "strata/tensor/variable.hpp"
#include "support/golden.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace penalty_golden_test {

using regularizers::kernel_axes;

std::vector<Config> golden(const char* list) {
  std::vector<Config> all;
  for (const Config& each : golden_file("penalties").at(list)) all.push_back(each);
  return all;
}

std::string name_of(const ::testing::TestParamInfo<Config>& row) {
  return row.param.at("rule").get<std::string>() + "_" + std::to_string(row.index);
}

RegularizerSpec rule_of(const Config& row) {
  const Config& arguments = row.at("arguments");
  if (row.at("rule") == "Sum") {
    const std::string groups = arguments.at("groups");
    return regularizers::Sum(
        {regularizers::L1(arguments.at("l1").get<float>()),
         regularizers::L2(arguments.at("l2").get<float>()),
         regularizers::GroupLasso(
             {.factor = arguments.at("factor").get<float>(), .groups = groups.c_str()})});
  }
  Config object;
  object["class_name"] = row.at("rule");
  object["config"] = arguments;
  return object;
}

class NewPenalty : public ::testing::TestWithParam<Config> {
 protected:
  static RegularizerSpec make() { return rule_of(GetParam()); }
  const Tensor x_ = nested_tensor(GetParam().at("x"));
};

TEST_P(NewPenalty, ValueIsThatOfItsFormula) {
  EXPECT_THAT(make()(x_), IsClose(Tensor(GetParam().at("value").get<float>())));
}

TEST_P(NewPenalty, GradientIsThatOfItsFormula) {
  GradientTape tape;
  const Tensor x = tape.watch(x_);
  Tensor gradient = tape.gradient(make()(x), x);
  if (!gradient.defined()) gradient = ops::zeros(x_.shape());
  EXPECT_THAT(gradient, IsClose(nested_tensor(GetParam().at("gradient"))));
}

// Another term of the loss has left something in the gradient already.
TEST_P(NewPenalty, GradientIsAddedToWhatIsThere) {
  GradientTape tape;
  const Tensor x = tape.watch(x_);
  const Tensor gradient = tape.gradient(ops::sum(x * 2.0f) + 3.0f * make()(x), x);
  EXPECT_THAT(gradient, IsClose(nested_tensor(GetParam().at("gradient")) * 3.0f + 2.0f));
}

INSTANTIATE_TEST_SUITE_P(Formulas, NewPenalty, ::testing::ValuesIn(golden("cases")), name_of);

class ProximalPoint : public ::testing::TestWithParam<Config> {
 protected:
  const Tensor v_ = nested_tensor(GetParam().at("v"));
  const Tensor steps_ = nested_tensor(GetParam().at("t"));
  const Tensor w_ = nested_tensor(GetParam().at("w"));
};

// As an optimizer goes there: element by element, and then by what else the rule does.
TEST_P(ProximalPoint, SolvesItsConditions) {
  const RegularizerSpec rule = rule_of(GetParam());
  const ProximalForm form = rule->proximal_form(0).value();
  const bool one = steps_.rank() == 0;
  std::vector<float> u(v_.values().begin(), v_.values().end());
  std::vector<float> t(u.size());
  for (std::size_t i = 0; i < u.size(); ++i) {
    const float step = steps_.data()[one ? 0 : i];
    const float ridge = 1.0f + 2.0f * step * form.l2;
    u[i] = std::copysign(std::max(std::abs(u[i]) - step * form.l1, 0.0f) / ridge, u[i]);
    t[i] = step / ridge;
  }
  const Variable weight("kernel", Tensor(v_.shape(), u), {.axes = kernel_axes(v_.shape())});
  if (form.groups) {
    rule->shrink_groups(weight, one ? ProximalSteps{.all = t[0]} : ProximalSteps{.each = t.data()});
  }
  const Tensor w = weight.value();
  EXPECT_THAT(w, IsClose(w_));
  if (form.one_step) return;  // singular values are 0, not elements
  for (std::size_t i = 0; i < w.values().size(); ++i)
    EXPECT_EQ(w.values()[i] == 0.0f, w_.values()[i] == 0.0f) << "element " << i;
}

INSTANTIATE_TEST_SUITE_P(Conditions, ProximalPoint, ::testing::ValuesIn(golden("proximal")),
                         name_of);

}  // namespace penalty_golden_test
}  // namespace strata::testing
