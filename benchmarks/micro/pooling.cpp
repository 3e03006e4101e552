// Max, average and global pooling, forward and backward.
#include "micro/micro.hpp"

namespace strata::micro {
namespace {

template <class Pool>
void add_kind(const std::string& name, const Shape& shape, Pool pool) {
  const Work work = items(static_cast<double>(shape.element_count()));
  add(name + "/forward", work, [=] { return [=, x = random::normal(shape)] { return pool(x); }; });
  add(name + "/backward", work, [=] {
    return Backward({random::normal(shape)}, [=](const auto& of) { return pool(of[0]); });
  });
}

}  // namespace

void add_pooling() {
  const auto max = [](const Tensor& x) { return ops::max_pool(x, {}); };
  const auto average = [](const Tensor& x) { return ops::average_pool(x, {}); };
  const auto global = [](const Tensor& x) { return ops::mean(x, {1, 2}); };
  add_kind("max_pool/128x26x26x32", {128, 26, 26, 32}, max);
  add_kind("max_pool/128x11x11x64", {128, 11, 11, 64}, max);
  add_kind("average_pool/128x26x26x32", {128, 26, 26, 32}, average);
  add_kind("global_average_pool/128x26x26x32", {128, 26, 26, 32}, global);
}

}  // namespace strata::micro
