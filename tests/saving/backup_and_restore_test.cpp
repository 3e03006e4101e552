// BackupAndRestore: a fit that was killed and started again ends as if it had not been killed.
#include "strata/saving/backup_and_restore.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "io/files.hpp"
#include "strata/callbacks/early_stopping.hpp"
#include "strata/callbacks/lambda_callback.hpp"
#include "strata/config.hpp"
#include "strata/layers/batch_normalization.hpp"
#include "strata/layers/clear_session.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/optimizers/adam.hpp"
#include "strata/saving/load_model.hpp"
#include "strata/saving/model_checkpoint.hpp"
#include "strata/tensor/random.hpp"
#include "strata/training/host.hpp"
#include "support/children.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace backup_and_restore_test {

using callbacks::BackupAndRestore;
using callbacks::BackupAndRestoreOptions;
using callbacks::EarlyStopping;
using callbacks::EarlyStoppingOptions;
using callbacks::LambdaCallback;
using callbacks::ModelCheckpoint;
using callbacks::ModelCheckpointOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::names_in;
using ::testing::Not;
using testing::Raises;
using testing::TemporaryFolder;
using ::testing::ThrowsMessage;

constexpr int kEpochs = 4;
constexpr int kBatches = 5;

// Counts hooks, and acts at one of them: the moments at which a test interrupts a fit.
struct Moments {
  int next = 0;
  int at = -1;
  std::function<void()> act;

  void pass() {
    if (next++ == at) act();
  }
};

// As the first in the list it comes before all others, as a last one behind the backup.
class Interrupter : public Callback {
 public:
  Interrupter(std::shared_ptr<Moments> moments, bool last)
      : moments_(std::move(moments)), last_(last) {}

  void on_train_begin(const Logs&) override { moments_->pass(); }
  void on_train_end(const Logs&) override { moments_->pass(); }
  void on_epoch_begin(int, const Logs&) override { moments_->pass(); }
  void on_epoch_end(int, const Logs&) override { moments_->pass(); }
  void on_train_batch_begin(int, const Logs&) override { moments_->pass(); }
  void on_train_batch_end(int, const Logs&) override { moments_->pass(); }
  void on_test_begin(const Logs&) override { moments_->pass(); }
  void on_test_end(const Logs&) override { moments_->pass(); }
  std::optional<Config> get_state() const override { return Config(); }
  bool comes_last() const override { return last_; }

 private:
  std::shared_ptr<Moments> moments_;
  bool last_;
};

// Changes the rate at every begin of an epoch by a factor: exact only if it does so once an epoch.
class Decay : public Callback {
 public:
  void on_epoch_begin(int, const Logs&) override {
    Optimizer& optimizer = model().optimizer();
    optimizer.set_learning_rate(optimizer.learning_rate() * 0.75f);
    noise_ += random::uniform({1}).item();
  }
  std::optional<Config> get_state() const override { return Config{{"noise", noise_}}; }
  void set_state(const Config& state, const std::vector<Tensor>&) override {
    noise_ = state.at("noise").get<float>();
  }
  float noise() const { return noise_; }

 private:
  float noise_ = 0.0f;
};

// What a fit gives.
struct Outcome {
  std::vector<Tensor> weights;
  std::map<std::string, std::vector<double>> history;
  std::vector<int> epochs;
  std::int64_t steps = 0;
  float noise = 0.0f;
};

struct Program {
  BackupAndRestoreOptions backup;
  EarlyStoppingOptions stopping = {
      .monitor = "loss", .patience = kEpochs, .restore_best_weights = true};
  int epochs = kEpochs;
  std::shared_ptr<Moments> moments = std::make_shared<Moments>();
};

Sequential make_model() {
  clear_session();
  set_random_seed(7);
  Sequential model({layers::Input({6}),
                    layers::Dense({.units = 8, .activation = "relu", .kernel_regularizer = "l2"}),
                    layers::BatchNormalization(), layers::Dropout(0.3f),
                    layers::Dense({.units = 1})});
  model.compile({.optimizer = optimizers::Adam({.learning_rate = 0.01f}),
                 .loss = "mse",
                 .metrics = {"mae", "accuracy"}});
  return model;
}

const Tensor& inputs() {
  static const Tensor x = random::Generator(3).normal({20, 6});
  return x;
}

const Tensor& targets() {
  static const Tensor y = random::Generator(4).normal({20, 1});
  return y;
}

std::vector<std::shared_ptr<Callback>> with_backup(const Program& program,
                                                   std::vector<std::shared_ptr<Callback>> others) {
  others.insert(others.begin(), std::make_shared<Interrupter>(program.moments, false));
  if (!program.backup.backup_dir.value().empty())
    others.push_back(std::make_shared<BackupAndRestore>(program.backup));
  others.push_back(std::make_shared<Interrupter>(program.moments, true));
  return others;
}

// The program that is killed and started again.
Outcome run(const Program& program) {
  Sequential model = make_model();
  const auto decay = std::make_shared<Decay>();
  std::ostringstream output;
  const History history =
      model.fit(inputs(), targets(),
                {.batch_size = 3,
                 .epochs = program.epochs,
                 .callbacks = with_backup(
                     program, {decay, std::make_shared<EarlyStopping>(program.stopping)}),
                 .validation_split = 0.3f,
                 .validation_freq = 2,
                 .output = &output});
  return {model.get_weights(), history.history, history.epoch, model.optimizer().calls(),
          decay->noise()};
}

bool same_bits(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.values().data(), b.values().data(), a.values().size_bytes()) == 0;
}

bool same(const Outcome& a, const Outcome& b) {
  return std::equal(a.weights.begin(), a.weights.end(), b.weights.begin(), b.weights.end(),
                    same_bits) &&
         a.history == b.history && a.epochs == b.epochs && a.steps == b.steps && a.noise == b.noise;
}

// Stops a program in the midst of it, as a crash would, but for the process.
struct Crash {};

void crash(Program program, int moment) {
  program.moments = std::make_shared<Moments>(Moments{.at = moment, .act = [] { throw Crash(); }});
  EXPECT_THROW(run(program), Crash) << moment;
}

class BackupAndRestoreTest : public ::testing::Test {
 protected:
  BackupAndRestoreOptions options() const { return {.backup_dir = folder_.path("backup")}; }
  std::string backup() const { return folder_.path("backup/backup.keras"); }
  // What the program ends with where nothing interrupts it and nothing is backed up.
  static Outcome undisturbed(Program program = {.backup = {.backup_dir = ""}}) {
    program.backup.backup_dir = "";
    return run(program);
  }
  int moments_of(const Program& program) const {
    Program counted = program;
    counted.backup.backup_dir = folder_.path("counted");
    counted.moments = std::make_shared<Moments>();
    run(counted);
    return counted.moments->next;
  }

  const TemporaryFolder folder_;
};

TEST_F(BackupAndRestoreTest, ChangesNothingWhereNothingHappens) {
  const Outcome with = run({.backup = options()});
  EXPECT_EQ(with.steps, kEpochs * kBatches);
  EXPECT_EQ(with.epochs, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_TRUE(same(with, undisturbed()));
  EXPECT_THAT(names_in(folder_.path()), IsEmpty());
}

TEST_F(BackupAndRestoreTest, GoesOnFromEachMomentOfAnEpochToTheSameBits) {
  const Program program{.backup = options()};
  const Outcome expected = undisturbed();
  const int count = moments_of(program);
  EXPECT_GT(count, 4 * kEpochs * kBatches);
  for (int moment = 0; moment < count; moment += 7) {
    crash(program, moment);
    EXPECT_TRUE(same(run(program), expected)) << moment;
    EXPECT_THAT(names_in(folder_.path()), IsEmpty()) << moment;
  }
}

TEST_F(BackupAndRestoreTest, GoesOnFromWithinAnEpochToTheSameBits) {
  Program program{.backup = options()};
  program.backup.save_freq = 2;
  const Outcome expected = undisturbed();
  const int count = moments_of(program);
  for (int moment = 3; moment < count; moment += 7) {
    crash(program, moment);
    EXPECT_TRUE(same(run(program), expected)) << moment;
  }
}

TEST_F(BackupAndRestoreTest, GoesOnAfterSeveralCrashes) {
  Program program{.backup = options()};
  program.backup.save_freq = 1;
  const Outcome expected = undisturbed();
  for (int i = 0; i < 6; ++i) crash(program, 15);
  EXPECT_TRUE(same(run(program), expected));
}

TEST_F(BackupAndRestoreTest, GoesOnWhereTheFitWasToldToStop) {
  Program program{.backup = options()};
  program.stopping = {.monitor = "loss", .mode = "max", .restore_best_weights = true};
  program.backup.save_freq = 1;
  const Outcome expected = undisturbed(program);
  ASSERT_LT(expected.epochs.size(), static_cast<std::size_t>(kEpochs));
  const int count = moments_of(program);
  for (int moment = count - 6; moment < count; ++moment) {
    crash(program, moment);
    EXPECT_TRUE(same(run(program), expected)) << moment;
  }
}

TEST_F(BackupAndRestoreTest, WritesAModelThatLoads) {
  crash({.backup = options()}, 80);
  const std::shared_ptr<Model> model = load_model(backup());
  EXPECT_GT(model->optimizer().calls(), 0);
  EXPECT_EQ(model->optimizer().calls() % kBatches, 0);
}

TEST_F(BackupAndRestoreTest, KeepsAFinishedFitsBackupWhereToldTo) {
  Program program{.backup = options()};
  program.backup.delete_checkpoint = false;
  const Outcome first = run(program);
  EXPECT_THAT(names_in(folder_.path("backup")), ElementsAre("backup.keras"));
  const Outcome again = run(program);  // has nothing left to do
  EXPECT_TRUE(same(first, again));
}

TEST_F(BackupAndRestoreTest, TrainsLongerFromAKeptBackup) {
  Program program{.backup = options(), .epochs = 2};
  program.backup.delete_checkpoint = false;
  program.stopping.restore_best_weights = false;
  run(program);
  program.epochs = kEpochs;
  Program whole{.backup = options()};
  whole.stopping.restore_best_weights = false;
  EXPECT_TRUE(same(run(program), undisturbed(whole)));
}

TEST_F(BackupAndRestoreTest, DeletesNoFilesOfOthers) {
  std::filesystem::create_directory(folder_.path("backup"));
  folder_.write("backup/mine.txt", "mine");
  folder_.write("backup/.backup.keras.0123.tmp", "left by a killed writer");
  run({.backup = options()});
  EXPECT_THAT(names_in(folder_.path("backup")), ElementsAre("mine.txt"));
}

TEST_F(BackupAndRestoreTest, TakesTheBackupBeforeADamagedOne) {
  Program program{.backup = options()};
  program.backup.double_checkpoint = true;
  const Outcome expected = undisturbed();
  crash(program, 100);
  EXPECT_THAT(names_in(folder_.path("backup")),
              ElementsAre("backup.keras", "backup.previous.keras"));
  folder_.write("backup/backup.keras", "damaged");
  ::testing::internal::CaptureStderr();
  EXPECT_TRUE(same(run(program), expected));
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("The backup before it is taken."));
}

// In the member of the weights, whose checksum finds it.
TEST_F(BackupAndRestoreTest, RefusesADamagedBackupAndChangesNothing) {
  crash({.backup = options()}, 80);
  const std::string whole = testing::read_bytes(backup());
  const std::size_t begin = whole.find("\x89HDF");
  const std::size_t end = whole.find("PK\x03\x04", begin);  // of the next member's header
  ASSERT_LT(begin, end);
  ASSERT_NE(end, std::string::npos);
  for (std::size_t i = begin; i < end; i += 997) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    folder_.write("backup/backup.keras", damaged);
    Sequential model = make_model();
    const std::vector<Tensor> before = model.get_weights();
    const auto decay = std::make_shared<Decay>();
    const auto stopping = std::make_shared<EarlyStopping>(EarlyStoppingOptions{.monitor = "loss"});
    try {
      model.fit(inputs(), targets(),
                {.batch_size = 3,
                 .epochs = 1,
                 .verbose = 0,
                 .callbacks = {std::make_shared<BackupAndRestore>(options()), decay, stopping},
                 .validation_split = 0.3f});
      ADD_FAILURE() << "byte " << i << " was not missed";
    } catch (const IoError& error) {
      EXPECT_THAT(error.what(), HasSubstr(backup())) << i;
    }
    EXPECT_TRUE(std::equal(before.begin(), before.end(), model.get_weights().begin(), same_bits));
    EXPECT_EQ(decay->noise(), 0.0f);
    EXPECT_EQ(stopping->best(), std::nullopt);
  }
}

// What is asked of a fit with another model, or told otherwise.
auto resumes(const BackupAndRestoreOptions& backup, Sequential& model, FitOptions how) {
  return [backup, &model, how] {
    FitOptions options = how;
    options.callbacks.push_back(std::make_shared<BackupAndRestore>(backup));
    model.fit(inputs(), targets(), options);
  };
}

std::vector<std::shared_ptr<Callback>> usual_callbacks() {
  return {std::make_shared<Decay>(), std::make_shared<EarlyStopping>()};
}

TEST_F(BackupAndRestoreTest, RefusesABackupOfAnotherModel) {
  crash({.backup = options()}, 80);
  clear_session();
  Sequential other({layers::Input({6}),
                    layers::Dense({.units = 8, .activation = "tanh", .kernel_regularizer = "l2"}),
                    layers::BatchNormalization(), layers::Dropout(0.3f),
                    layers::Dense({.units = 1})});
  other.compile({.optimizer = "adam", .loss = "mse"});
  const auto before = other.get_weights();
  EXPECT_THAT(resumes(options(), other,
                      {.batch_size = 3,
                       .verbose = 0,
                       .callbacks = usual_callbacks(),
                       .validation_split = 0.3f}),
              Raises<IoError>("BackupAndRestore: " + backup() +
                              ": the backup must be of the model that is trained. Received: "
                              "one that differs at /config/layers/1/config/activation."));
  EXPECT_TRUE(std::equal(before.begin(), before.end(), other.get_weights().begin(), same_bits));
}

TEST_F(BackupAndRestoreTest, RefusesABackupOfAnotherOptimizer) {
  crash({.backup = options()}, 80);
  Sequential model = make_model();
  model.compile({.optimizer = "adamw", .loss = "mse"});
  EXPECT_THAT(resumes(options(), model,
                      {.batch_size = 3,
                       .verbose = 0,
                       .callbacks = usual_callbacks(),
                       .validation_split = 0.3f}),
              ThrowsMessage<IoError>(HasSubstr(
                  "the backup must be of a training with AdamW. Received: one with Adam.")));
}

TEST_F(BackupAndRestoreTest, RefusesABackupOfOtherBatches) {
  crash({.backup = options()}, 80);
  Sequential model = make_model();
  EXPECT_THAT(resumes(options(), model,
                      {.batch_size = 4,
                       .verbose = 0,
                       .callbacks = usual_callbacks(),
                       .validation_split = 0.3f}),
              ThrowsMessage<IoError>(HasSubstr(
                  "the backup must be of a fit with 4 batches an epoch. Received: one with 5.")));
}

TEST_F(BackupAndRestoreTest, RefusesABackupOfOtherCallbacks) {
  crash({.backup = options()}, 80);
  Sequential model = make_model();
  EXPECT_THAT(resumes(options(), model,
                      {.batch_size = 3,
                       .verbose = 0,
                       .callbacks = {std::make_shared<Decay>()},
                       .validation_split = 0.3f}),
              ThrowsMessage<IoError>(HasSubstr("the fit's callbacks [Decay, History]. Received: "
                                               "[Decay, EarlyStopping, History].")));
}

TEST_F(BackupAndRestoreTest, SaysWhichCallbackItKnowsNothingOf) {
  class Mute : public Callback {};
  Sequential model = make_model();
  ::testing::internal::CaptureStderr();
  resumes(options(), model,
          {.verbose = 0,
           .callbacks = {std::make_shared<Mute>(),
                         std::make_shared<LambdaCallback>(callbacks::LambdaCallbackOptions{})}})();
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "strata: BackupAndRestore: the callback Mute doesn't tell its state "
            "(Callback::get_state), so that it begins anew where this fit is resumed.\n");
}

TEST_F(BackupAndRestoreTest, KeepsWhatACheckpointRemembers) {
  const auto train = [&](int crash_in) {
    Sequential model = make_model();
    const auto checkpoint = std::make_shared<ModelCheckpoint>(ModelCheckpointOptions{
        .filepath = folder_.path("best.keras"), .monitor = "loss", .save_best_only = true});
    const auto crash = std::make_shared<LambdaCallback>(
        callbacks::LambdaCallbackOptions{.on_epoch_begin = [crash_in](int epoch, const Logs&) {
          if (epoch == crash_in) throw Crash();
        }});
    model.fit(inputs(), targets(),
              {.epochs = kEpochs,
               .verbose = 0,
               .callbacks = {checkpoint, crash, std::make_shared<BackupAndRestore>(options())}});
    return checkpoint->best();
  };
  const std::optional<double> expected = train(-1);
  EXPECT_THROW(train(3), Crash);
  EXPECT_EQ(train(-1), expected);
}

TEST_F(BackupAndRestoreTest, RefusesWhatItCouldNotBackUpBeforeTheFirstEpoch) {
  Sequential model(
      {layers::Input({6}), layers::Dense({.units = 1, .kernel_regularizer = [](const Tensor& w) {
                                            return ops::sum(w) * 0.0f;
                                          }})});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  EXPECT_THAT(resumes(options(), model, {.verbose = 0}),
              ThrowsMessage<InvalidArgument>(HasSubstr("register_serializable")));
  EXPECT_EQ(model.optimizer().calls(), 0);
}

TEST_F(BackupAndRestoreTest, IsAloneInAFit) {
  Sequential model = make_model();
  EXPECT_THAT(resumes(options(), model,
                      {.verbose = 0, .callbacks = {std::make_shared<BackupAndRestore>(options())}}),
              Raises<StateError>("BackupAndRestore: a fit can have one. Received: 2."));
}

TEST_F(BackupAndRestoreTest, NeedsAFolder) {
  EXPECT_THAT([] { BackupAndRestore({.backup_dir = ""}); },
              Raises<InvalidArgument>("BackupAndRestore: backup_dir must be the path of a folder. "
                                      "Received: an empty one."));
}

// A child process that a signal ends at a moment, or that ends well.
int run_in_child(Program program, int moment, const std::function<void()>& prepare = {}) {
  program.moments = std::make_shared<Moments>(
      Moments{.at = moment, .act = prepare ? prepare : [] { ::raise(SIGKILL); }});
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    try {
      run(program);
    } catch (const IoError&) {
      _exit(3);
    } catch (...) {
      _exit(4);
    }
    _exit(0);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

int kills() {
  const char* const count = std::getenv("STRATA_TEST_KILLS");  // .ci/nightly sets it
  return count == nullptr ? 20 : std::atoi(count);
}

TEST_F(BackupAndRestoreTest, SurvivesBeingKilledAtRandomMoments) {
  if (!testing::kMayForkWithThreads) GTEST_SKIP() << "a sanitizer ends forked children";
  Program program{.backup = options()};
  const Outcome expected = undisturbed();
  const int count = moments_of(program);
  random::Generator draws(11);
  for (int i = 0; i < kills(); ++i) {
    program.backup.save_freq =
        i % 2 == 0 ? callbacks::SaveFrequency("epoch") : callbacks::SaveFrequency(1 + i % 3);
    const auto moment = static_cast<int>(draws.uniform({1}).item() * static_cast<float>(count));
    const int status = run_in_child(program, moment);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << moment;
    EXPECT_TRUE(same(run(program), expected)) << "killed at " << moment << " of " << count;
  }
}

// Files may grow to so many bytes only, from a moment on: the next write beyond ends the process.
std::function<void()> with_largest_file(rlim_t bytes) {
  return [bytes] {
    const rlimit limit{bytes, bytes};
    setrlimit(RLIMIT_FSIZE, &limit);
  };
}

TEST_F(BackupAndRestoreTest, SurvivesBeingKilledWithinTheWriting) {
  if (!testing::kMayForkWithThreads) GTEST_SKIP() << "a sanitizer ends forked children";
  Program program{.backup = options()};
  program.backup.save_freq = 1;
  const Outcome expected = undisturbed();
  crash(program, 40);
  const auto size = std::filesystem::file_size(backup());
  random::Generator draws(12);
  for (int i = 0; i < 8; ++i) {
    const auto bytes =
        static_cast<rlim_t>(draws.uniform({1}).item() * static_cast<float>(size) * 0.9f);
    const int status = run_in_child(program, 30 + i, with_largest_file(bytes));
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ) << bytes;
    EXPECT_TRUE(same(run(program), expected)) << "killed after " << bytes << " bytes";
    EXPECT_THAT(names_in(folder_.path()), IsEmpty());
  }
}

TEST_F(BackupAndRestoreTest, KeepsTheBackupBeforeWhereTheDiskIsFull) {
  if (!testing::kMayForkWithThreads) GTEST_SKIP() << "a sanitizer ends forked children";
  Program program{.backup = options()};
  program.backup.save_freq = 1;
  const Outcome expected = undisturbed();
  const int status = run_in_child(program, 40, [] {
    std::signal(SIGXFSZ, SIG_IGN);
    with_largest_file(1000)();
  });
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 3);
  EXPECT_THAT(names_in(folder_.path("backup")), ElementsAre("backup.keras"));
  EXPECT_TRUE(same(run(program), expected));
}

}  // namespace backup_and_restore_test
}  // namespace strata
