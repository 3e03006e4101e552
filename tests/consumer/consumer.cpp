// What a user's first program needs at compile time, link time and run time.
#include <cmath>
#include <cstdio>
#include <strata/strata.hpp>

int main() {
  strata::layers::Dense layer({.units = 5,
                               .kernel_initializer = "ones",
                               .kernel_regularizer = strata::regularizers::L1(0.01f),
                               .activity_regularizer = strata::regularizers::L2(0.01f)});
  layer(strata::ops::ones({5, 5}) * 2.0f);
  const float penalty = strata::ops::sum(layer.losses()).item();
  std::printf("penalty: %g\n", static_cast<double>(penalty));
  return std::abs(penalty - 5.25f) < 1e-5f ? 0 : 1;
}
