// Each penalty's value, and its gradient, over the weights of a 784x512 kernel.
#include "micro/micro.hpp"

namespace strata::micro {
namespace {

void add_kind(const std::string& name, const RegularizerSpec& penalty, const Shape& shape) {
  const Work work = items(static_cast<double>(shape.element_count()));
  const auto weights = [=] { return random::normal(shape); };
  add("penalty/" + name + "/value", work,
      [=] { return [=, w = weights()] { return (*penalty)(w); }; });
  add("penalty/" + name + "/gradient", work,
      [=] { return Backward({weights()}, [=](const auto& of) { return (*penalty)(of[0]); }); });
}

}  // namespace

void add_penalty() {
  const Shape kernel = {784, 512};
  add_kind("l1", regularizers::L1(1e-5f), kernel);
  add_kind("l2", regularizers::L2(1e-4f), kernel);
  add_kind("l1_l2", regularizers::L1L2({.l1 = 1e-5f, .l2 = 1e-4f}), kernel);
  add_kind("orthogonal", regularizers::OrthogonalRegularizer(), kernel);
}

}  // namespace strata::micro
