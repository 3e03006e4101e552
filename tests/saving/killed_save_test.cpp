// A process that is killed while it saves leaves the old file or the new one, always whole.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "io/files.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/saving/load_model.hpp"
#include "strata/tensor/random.hpp"
#include "support/children.hpp"

namespace strata {
namespace killed_save_test {

Sequential make_model() {
  Sequential model(
      {layers::Input({40}), layers::Dense({.units = 50}), layers::Dense({.units = 1})});
  model.compile({.optimizer = "adam", .loss = "mse"});
  return model;
}

// All weights have the number of the save.
void set_all(Model& model, float number) {
  std::vector<Tensor> weights;
  for (const Tensor& weight : model.get_weights())
    weights.push_back(ops::full(weight.shape(), number));
  model.set_weights(weights);
}

// One file, or several that belong together.
void save(const Model& model, const std::string& path) {
  if (path.ends_with(".keras")) return model.save(path);
  model.save_weights(path, {.max_shard_size = 8300.0 / (1 << 30)});
}

std::shared_ptr<Model> load(const std::string& path) {
  if (path.ends_with(".keras")) return load_model(path);
  auto model = std::make_shared<Sequential>(make_model());
  model->load_weights(path);
  return model;
}

// Saves again and again, and tells of every file that is in its place.
[[noreturn]] void save_forever(const std::string& path, int progress) {
  Sequential model = make_model();
  for (int number = 1;; ++number) {
    set_all(model, static_cast<float>(number));
    save(model, path);
    if (write(progress, "", 1) != 1) _exit(1);
  }
}

// Ends a child that has completed `saves` of them after `moment` more system calls of this process.
void kill_after(const std::string& path, int saves, int moment) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) save_forever(path, ends[1]);
  close(ends[1]);
  char byte = 0;
  for (int i = 0; i < saves; ++i) ASSERT_EQ(read(ends[0], &byte, 1), 1);
  for (int i = 0; i < moment; ++i) getppid();
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  close(ends[0]);
}

void expect_whole_files(const std::string& name) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path(name);
  random::Generator draws(5);
  for (int i = 0; i < 100; ++i) {
    const Tensor drawn = draws.uniform({2});
    const int saves = 1 + static_cast<int>(3 * drawn.values()[0]);
    kill_after(path, saves, static_cast<int>(20000 * drawn.values()[1]));
    const auto model = load(path);
    const float number = model->get_weights().front().values()[0];
    EXPECT_GE(number, static_cast<float>(saves));
    for (const Tensor& weight : model->get_weights()) {
      for (const float value : weight.values()) ASSERT_EQ(value, number) << i;
    }
  }
}

TEST(KilledSave, LeavesAWholeFile) {
  if (!testing::kMayForkWithThreads) GTEST_SKIP() << "a sanitizer ends forked children";
  expect_whole_files("m.keras");
}

TEST(KilledSave, LeavesFilesThatBelongTogether) {
  if (!testing::kMayForkWithThreads) GTEST_SKIP() << "a sanitizer ends forked children";
  expect_whole_files("m.weights.json");
}

}  // namespace killed_save_test
}  // namespace strata
