// Each penalty's value, and its gradient, over the weights of a 784x512 kernel; both together, as a
// step of training takes them, of those that Keras lacks, over a 784x300 kernel.
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

void add_step(const std::string& name, const RegularizerSpec& penalty, const Shape& shape) {
  add("penalty/" + name + "/step", items(static_cast<double>(shape.element_count())), [=] {
    const Tensor weights = random::uniform(shape, 0.01f, 0.99f);
    return [=] {
      GradientTape tape;
      const Tensor watched = tape.watch(weights);
      return tape.gradient((*penalty)(watched), watched);
    };
  });
}

}  // namespace

void add_penalty() {
  const Shape kernel = {784, 512};
  add_kind("l1", regularizers::L1(1e-5f), kernel);
  add_kind("l2", regularizers::L2(1e-4f), kernel);
  add_kind("l1_l2", regularizers::L1L2({.l1 = 1e-5f, .l2 = 1e-4f}), kernel);
  add_kind("orthogonal", regularizers::OrthogonalRegularizer(), kernel);

  using namespace regularizers;
  const Shape smaller = {784, 300};
  add_step("l2", L2(1e-4f), smaller);
  add_step("group_lasso", GroupLasso(1e-4f), smaller);
  add_step("group_lasso_outputs", GroupLasso({.factor = 1e-4f, .groups = "outputs"}), smaller);
  add_step("sparse_group_lasso", SparseGroupLasso(1e-4f, 1e-4f), smaller);
  add_step("hoyer_square", HoyerSquare(1e-4f), smaller);
  add_step("total_variation", TotalVariation({.factor = 1e-4f, .axes = {0, 1}}), smaller);
  add_step("towards", Towards(L2(1e-4f), random::normal(smaller)), smaller);
  add_step("soft_orthogonal", SoftOrthogonal(1e-4f), smaller);
  add_step("spectral_norm", SpectralNorm(1e-4f), smaller);
  add_step("nuclear_norm", NuclearNorm(1e-4f), smaller);
  add_step("kl_sparsity", KLSparsity({.factor = 1e-4f}), {128, 300});
}

}  // namespace strata::micro
