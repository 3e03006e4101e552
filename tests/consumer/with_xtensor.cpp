// What a user of xtensor's first program needs: the bridge's own target brings both libraries.
#include <cstdio>
#include <strata/strata.hpp>
#include <strata/xtensor.hpp>
#include <utility>

int main() {
  xt::xarray<float> array = {{1.0f, -2.0f}, {3.0f, -4.0f}};
  const float* const elements = array.data();
  const strata::Tensor x = strata::from_xtensor(std::move(array));
  const auto view = strata::as_xtensor(x);
  const strata::Tensor penalty = strata::xtensor_penalty(
      "sum", x, [](const auto& w) { return xt::sum(xt::abs(w)); },
      [](const auto& w) { return xt::sign(w); });
  std::printf("penalty: %g\n", static_cast<double>(penalty.item()));
  return x.data() == elements && view.data() == elements && penalty.item() == 10.0f ? 0 : 1;
}
