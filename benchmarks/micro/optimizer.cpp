// Each optimizer's step on the 669,706 weights of 784-512-512-10, and with proximal steps of their kernels.
#include "micro/micro.hpp"

namespace strata::micro {
namespace {

template <class Kind>
void add_kind(const std::string& name, const typename Kind::Options& options = {},
              const RegularizerSpec& rule = {}) {
  const std::vector<Shape> shapes = {{784, 512}, {512}, {512, 512}, {512}, {512, 10}, {10}};
  double weights = 0;
  for (const Shape& shape : shapes) weights += static_cast<double>(shape.element_count());
  add("optimizer/" + name, items(weights), [=] {
    const auto optimizer = std::make_shared<Kind>(options);
    std::vector<Variable> variables;
    std::vector<Tensor> gradients;
    for (const Shape& shape : shapes) {
      variables.emplace_back("weight", random::normal(shape));
      if (rule && shape.rank() == 2) variables.back().set_regularizer(rule.rule());
      gradients.push_back(random::normal(shape));
    }
    return [=] {
      optimizer->apply(gradients, variables);
      return optimizer->iterations();
    };
  });
}

}  // namespace

void add_optimizer() {
  using namespace optimizers;
  add_kind<SGD>("sgd");
  add_kind<SGD>("sgd_momentum", {.momentum = 0.9f});
  add_kind<SGD>("sgd_nesterov", {.momentum = 0.9f, .nesterov = true});
  add_kind<RMSprop>("rmsprop");
  add_kind<RMSprop>("rmsprop_centered", {.momentum = 0.9f, .centered = true});
  add_kind<Adam>("adam");
  add_kind<Adam>("adam_amsgrad", {.amsgrad = true});
  add_kind<Adam>("adam_clipnorm", {.clipnorm = 1.0f});
  add_kind<AdamW>("adamw");

  using namespace regularizers;
  add_kind<SGD>("sgd_proximal_l1", {}, Proximal(L1(1e-5f)));
  add_kind<Adam>("adam_proximal_l1", {}, Proximal(L1(1e-5f)));
  add_kind<Adam>("adam_proximal_l1_l2", {}, Proximal(L1L2(1e-5f, 1e-4f)));
  add_kind<SGD>("sgd_proximal_groups", {}, Proximal(GroupLasso({.factor = 1e-5f, .groups = 0})));
  add_kind<Adam>("adam_proximal_groups", {}, Proximal(GroupLasso({.factor = 1e-5f, .groups = 0})));
}

}  // namespace strata::micro
