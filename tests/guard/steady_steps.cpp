// Trains one of the guards' steps so many times, for a tool that counts instructions:
// `steady_steps STEP COUNT`.
#include <cstdlib>

#include "guard/steps.hpp"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  strata::testing::Step step = strata::testing::make_step(argv[1]);
  for (int i = std::atoi(argv[2]); i > 0; --i) step.train();
}
