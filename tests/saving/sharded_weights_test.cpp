// Weights in several files: they come back together, and only files of their kind are opened.
#include <gtest/gtest.h>

#include "io/files.hpp"
#include "strata/config.hpp"
#include "strata/strata.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace sharded_weights_test {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using testing::RaisesWith;
using testing::TemporaryFolder;

constexpr double kBytes = 1.0 / (1024.0 * 1024.0 * 1024.0);  // in GB

class ShardedWeights : public ::testing::Test {
 protected:
  static Sequential make() {
    Sequential model({layers::Input({5}), layers::Dense({.units = 4, .name = "first"}),
                      Sequential({layers::Dense({.units = 4}), layers::BatchNormalization()}),
                      layers::Dense({.units = 1, .use_bias = false, .name = "last"})});
    model.compile({.optimizer = "adam", .loss = "mse"});
    return model;
  }

  void save(double bytes) {
    model_.fit(random::Generator(1).normal({8, 5}), random::Generator(2).normal({8, 1}),
               {.verbose = 0});
    model_.save_weights(path_, {.max_shard_size = bytes * kBytes});
  }

  Config list() const { return Config::parse(testing::read_bytes(path_)); }
  void set_list(const Config& list) const { folder_.write("a.weights.json", list.dump()); }

  void expect_refused(const std::string& says) const {
    Sequential twin = make();
    const std::vector<Tensor> before = twin.get_weights();
    EXPECT_THAT([&] { twin.load_weights(path_); }, RaisesWith<IoError>(says));
    for (std::size_t i = 0; i < before.size(); ++i)
      EXPECT_TRUE(twin.get_weights()[i].data() == before[i].data());
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.path("a.weights.json");
  Sequential model_ = make();
};

TEST_F(ShardedWeights, ComeBackWithTheOptimizersState) {
  save(150);
  EXPECT_GT(testing::names_in(folder_.path()).size(), 4U);
  Sequential twin = make();
  EXPECT_THAT(twin.load_weights(path_), IsEmpty());
  const std::vector<Tensor> expected = model_.get_weights();
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_THAT(twin.get_weights()[i].values(), ElementsAreArray(expected[i].values()));
  EXPECT_EQ(twin.optimizer().calls(), model_.optimizer().calls());
  const std::vector<Variable> slots = model_.optimizer().variables();
  ASSERT_EQ(twin.optimizer().variables().size(), slots.size());
  for (std::size_t i = 0; i < slots.size(); ++i)
    EXPECT_THAT(twin.optimizer().variables()[i].value().values(),
                ElementsAreArray(slots[i].value().values()));
}

TEST_F(ShardedWeights, AreListedByGroup) {
  const Sequential model({layers::Input({2}), layers::Dense({.units = 3}),
                          layers::Dense({.units = 1, .use_bias = false})});
  model.save_weights(path_, {.max_shard_size = 24 * kBytes});
  EXPECT_THAT(testing::names_in(folder_.path()),
              ElementsAre("a.weights.json", "a_00000.weights.h5", "a_00001.weights.h5"));
  EXPECT_EQ(list(), Config::parse(R"({"metadata": {"total_size": 48.0}, "weight_map": {
      "/layers/dense/vars": ["a_00000.weights.h5", "a_00001.weights.h5"],
      "/layers/dense_1/vars": "a_00001.weights.h5"}})"));
}

TEST_F(ShardedWeights, NeedTheSizeAndTheExtension) {
  EXPECT_THAT([&] { model_.save_weights(path_); }, RaisesWith<InvalidArgument>("max_shard_size"));
  EXPECT_THAT([&] { model_.save_weights(folder_.path("a.weights.h5"), {.max_shard_size = 1.0}); },
              RaisesWith<InvalidArgument>(".weights.json"));
  for (const double size : {0.0, -1.0, std::nan("")})
    EXPECT_THAT([&] { model_.save_weights(path_, {.max_shard_size = size}); },
                RaisesWith<InvalidArgument>("max_shard_size must be > 0"));
  EXPECT_THAT(testing::names_in(folder_.path()), IsEmpty());
}

TEST_F(ShardedWeights, OfWhichOneIsTooLargeAreNotWritten) {
  EXPECT_THAT([&] { model_.save_weights(path_, {.max_shard_size = 79 * kBytes}); },
              RaisesWith<InvalidArgument>("/layers/dense/vars/0"));
  EXPECT_THAT(testing::names_in(folder_.path()), IsEmpty());
}

TEST_F(ShardedWeights, ReplaceNoFileUnlessTold) {
  const std::string shard = folder_.write("a_00001.weights.h5", "mine");
  EXPECT_THAT(
      [&] { model_.save_weights(path_, {.overwrite = false, .max_shard_size = 80 * kBytes}); },
      RaisesWith<IoError>("a_00001.weights.h5"));
  EXPECT_THAT(testing::names_in(folder_.path()), ElementsAre("a_00001.weights.h5"));
  EXPECT_EQ(testing::read_bytes(shard), "mine");
}

// A crash while the second ones are put in their places leaves the first with all their files.
TEST_F(ShardedWeights, LeaveTheFilesOfThePresentListUntilTheNewOneIsThere) {
  save(1000);
  const std::vector<std::string> first = testing::names_in(folder_.path());
  const std::string bytes = testing::read_bytes(folder_.path("a_00000.weights.h5"));
  folder_.write("a_00007.weights.h5", "mine");
  save(1000);
  for (const std::string& name : testing::names_in(folder_.path())) {
    if (name == "a.weights.json") continue;
    EXPECT_THAT(first, ::testing::Not(::testing::Contains(name)));
  }
  EXPECT_EQ(testing::names_in(folder_.path()).size(), first.size() + 1);
  EXPECT_EQ(testing::read_bytes(folder_.path("a_00007.weights.h5")), "mine");
  Sequential twin = make();
  EXPECT_THAT(twin.load_weights(path_), IsEmpty());
  EXPECT_EQ(twin.optimizer().calls(), model_.optimizer().calls());
  save(1000);
  EXPECT_EQ(testing::names_in(folder_.path()).size(), first.size() + 1);
  EXPECT_THAT(list()["weight_map"]["/layers/dense/vars"].dump(),
              ::testing::HasSubstr("a_00000.weights.h5"));
  EXPECT_NE(testing::read_bytes(folder_.path("a_00000.weights.h5")), bytes);
}

TEST_F(ShardedWeights, RemoveNoFileThatAnotherListNames) {
  save(1000);
  folder_.write("b_00000.weights.h5", "mine");
  Config changed = list();
  changed["weight_map"]["/layers/dense/vars"] = "b_00000.weights.h5";
  set_list(changed);
  save(1000);
  EXPECT_EQ(testing::read_bytes(folder_.path("b_00000.weights.h5")), "mine");
}

TEST_F(ShardedWeights, ReplaceAListThatIsNone) {
  folder_.write("a.weights.json", "[");
  save(1000);
  Sequential twin = make();
  EXPECT_THAT(twin.load_weights(path_), IsEmpty());
}

TEST_F(ShardedWeights, OpenOnlyFilesOfTheirKindBesideThem) {
  save(1000);
  folder_.write("b.weights.h5", testing::read_bytes(folder_.path("a_00000.weights.h5")));
  for (const Config& name :
       {Config("../a_00000.weights.h5"), Config("/tmp/a_00000.weights.h5"), Config("b.weights.h5"),
        Config("./a_00000.weights.h5"), Config("a_0000x.weights.h5"), Config("a_1.weights.h5"),
        Config("a_00000.weights.h5/"), Config("a\\a_00000.weights.h5"), Config(""), Config(7),
        Config(nullptr), Config::array({Config::array({"a_00000.weights.h5"})})}) {
    Config changed = list();
    changed["weight_map"]["/layers/dense/vars"] = name;
    set_list(changed);
    expect_refused("must name files beside it");
  }
}

TEST_F(ShardedWeights, ThatAreIncompleteAreRefused) {
  save(1000);
  const Config whole = list();
  Config changed = whole;
  changed["weight_map"].erase("/layers/dense/vars");
  set_list(changed);
  expect_refused("first: has 2 weights, the file's group layers/dense/vars holds 0");
  changed = whole;
  changed["weight_map"]["/layers/dense/vars"] = "a_77777.weights.h5";
  set_list(changed);
  expect_refused("a_77777.weights.h5");
  for (const char* text : {"", "[]", "{}", R"({"weight_map": 3})"}) {
    folder_.write("a.weights.json", text);
    expect_refused("a.weights.json");
  }
}

TEST_F(ShardedWeights, StandInOneFileEach) {
  save(1000);
  folder_.write("b_00000.weights.h5", testing::read_bytes(folder_.path("a_00000.weights.h5")));
  Config changed = list();
  changed["weight_map"]["/layers/dense/vars"] = {"a_00000.weights.h5", "b_00000.weights.h5"};
  set_list(changed);
  expect_refused("which is in several");
}

TEST_F(ShardedWeights, TakeNoMoreMemoryThanToldInAll) {
  save(150);
  Sequential twin = make();
  EXPECT_THAT([&] { twin.load_weights(path_, {.max_memory = 20'000}); },
              RaisesWith<IoError>("memory limit"));
  EXPECT_THAT(twin.load_weights(path_, {.max_memory = 400'000}), IsEmpty());
}

}  // namespace sharded_weights_test
}  // namespace strata
