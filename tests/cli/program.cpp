// Runs programs, and makes the files that the tests of `strata` give it.
#include "cli/program.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace strata::testing {
namespace {

void redirect(int descriptor, const std::string& file) {
  const int opened = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  dup2(opened, descriptor);
}

// In the child of a fork.
[[noreturn]] void become(const std::string& folder, const std::vector<char*>& arguments) {
  if (chdir(folder.c_str()) == 0) execvp(arguments[0], arguments.data());
  _exit(127);
}

std::vector<char*> pointers_to(const std::vector<std::string>& arguments) {
  std::vector<char*> pointers;
  for (const std::string& argument : arguments)
    pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

pid_t start_program(const std::string& folder, const std::vector<std::string>& arguments,
                    int output) {
  const std::vector<char*> pointers = pointers_to(arguments);
  const pid_t child = fork();
  if (child == 0) {
    dup2(output, STDOUT_FILENO);
    redirect(STDERR_FILENO, "/dev/null");
    become(folder, pointers);
  }
  return child;
}

Ended run_program(const std::string& folder, const std::vector<std::string>& arguments,
                  const std::string& output) {
  const TemporaryFolder logs;
  const std::string out = output.empty() ? logs.path("out") : output;
  const std::string err = logs.path("err");
  const std::vector<char*> pointers = pointers_to(arguments);
  const pid_t child = fork();
  if (child == 0) {
    redirect(STDOUT_FILENO, out);
    redirect(STDERR_FILENO, err);
    become(folder, pointers);
  }
  const int code = wait_for(child);
  return {code, output.empty() ? read_bytes(out) : "", read_bytes(err)};
}

Blobs make_blobs(int count) {
  std::vector<float> classes;
  for (int i = 0; i < count; ++i) classes.push_back(static_cast<float>(i % 3));
  const Tensor y({count}, classes);
  const Tensor angle = 2.0f * ops::reshape(y, {count, 1});
  const Tensor centers = 2.0f * ops::concatenate({ops::cos(angle), ops::sin(angle)}, 1);
  return {centers + 0.5f * random::Generator(1).normal({count, 2}), y};
}

Program::Program() {
  set_random_seed(1);
  model_ = std::make_shared<Sequential>(SequentialOptions{
      .layers = {layers::Input({2}),
                 layers::Dense({.units = 8,
                                .activation = "relu",
                                .kernel_regularizer = regularizers::L2(0.01f),
                                .activity_regularizer = regularizers::L1(0.001f),
                                .name = "hidden"}),
                 layers::Dense({.units = 3, .activation = "softmax", .name = "output"})},
      .name = "blobs"});
  model_->compile(
      {.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  const Blobs blobs = make_blobs(60);
  x_ = blobs.x;
  y_ = blobs.y;
  io::write_npz(path("blobs.npz"), {{"x", x_}, {"y", y_}});
  folder_.write("blobs.json", model_->to_json());
  model_->fit(x_, y_, {.epochs = 2, .verbose = 0});
  model_->save(path("blobs.keras"));
}

Ended Program::strata(std::vector<std::string> arguments, const std::string& output) const {
  arguments.insert(arguments.begin(), STRATA_PROGRAM);
  return run_program(folder_.path(), arguments, output);
}

void Program::expect_refused(const std::vector<std::string>& arguments, int code,
                             const std::string& text) const {
  const Ended ended = strata(arguments);
  EXPECT_EQ(ended.code, code) << ended.errors;
  EXPECT_EQ(ended.output, "");
  EXPECT_THAT(ended.errors, ::testing::HasSubstr(text));
  EXPECT_THAT(ended.errors, ::testing::StartsWith("strata"));
  EXPECT_EQ(std::count(ended.errors.begin(), ended.errors.end(), '\n'), 1) << ended.errors;
}

}  // namespace strata::testing
