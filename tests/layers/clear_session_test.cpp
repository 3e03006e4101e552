// What clear_session starts anew, and what it leaves.
#include "strata/layers/clear_session.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include "strata/layers/dense.hpp"
#include "strata/models/sequential.hpp"
#include "strata/tensor/random.hpp"
#include "support/children.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using layers::Dense;
using testing::IsClose;

TEST(ClearSession, StartsAutomaticNamesAnew) {
  const Dense before({.units = 2});
  const Dense named({.units = 2, .name = "mine"});
  clear_session();
  EXPECT_EQ(Dense({.units = 2}).name(), "dense");
  EXPECT_EQ(Dense({.units = 2}).name(), "dense_1");
  EXPECT_EQ(Sequential({}).name(), "sequential");
  const std::string kept = before.name();
  clear_session();
  EXPECT_EQ(before.name(), kept);
  EXPECT_EQ(named.name(), "mine");
}

TEST(ClearSession, StartsTheProcessWideStreamAnew) {
  set_random_seed(random::kDefaultSeed);
  const Tensor first = random::normal({4});
  set_random_seed(17);
  random::normal({4});
  clear_session();
  EXPECT_THAT(random::normal({4}), IsClose(first, 0.0));
}

TEST(ClearSession, MakesTheSameModelAgain) {
  const auto weights = [] {
    clear_session();
    Sequential model({Dense({.units = 3}), Dense({.units = 2})});
    model.build({1, 4});
    std::vector<std::string> paths;
    for (const Variable& weight : model.weights()) paths.push_back(weight.path());
    return std::pair(paths, model.get_weights());
  };
  const auto [paths, values] = weights();
  const auto [same_paths, same_values] = weights();
  EXPECT_EQ(paths, same_paths);
  EXPECT_EQ(paths.back(), "sequential/dense_1/bias");
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_THAT(same_values[i], IsClose(values[i], 0.0));
}

TEST(ClearSession, LeavesStreamsThatBelongToLayers) {
  random::Generator stream(5);
  stream.uniform({2});
  const random::GeneratorState before = stream.state();
  clear_session();
  EXPECT_EQ(stream.state(), before);
}

TEST(ClearSession, MayBeCalledBesideThreadsThatMakeLayers) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([] {
      for (int round = 0; round < 500; ++round) {
        const std::string name = Dense({.units = 2}).name();
        EXPECT_TRUE(name == "dense" || name.starts_with("dense_")) << name;
      }
    });
  }
  for (int round = 0; round < 500; ++round) clear_session();
  for (std::thread& thread : threads) thread.join();
}

TEST(ClearSession, WorksInAChildForkedMeanwhile) {
  if (!testing::kMayForkWithThreads) GTEST_SKIP() << "ThreadSanitizer refuses threads after a fork";
  testing::fork_during(clear_session, [] {
    clear_session();
    return Dense({.units = 2}).name() == "dense";
  });
}

}  // namespace
}  // namespace strata
