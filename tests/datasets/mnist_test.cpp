// MNIST: where it is looked for, what of it is checked, and the real files where they are at hand.
#include "strata/datasets/mnist.hpp"

#include <stdlib.h>

#include <array>
#include <optional>

#include "io/files.hpp"
#include "strata/core/errors.hpp"
#include "support/matchers.hpp"

namespace strata::datasets {
namespace {

using namespace strata::testing;  // NOLINT: the tests' own vocabulary
using ::testing::ElementsAre;

/// Sets variables of the environment, and puts them back.
class Environment {
 public:
  void set(const char* name, const std::string& value) {
    const char* old = getenv(name);
    saved_.push_back({name, old == nullptr ? std::nullopt : std::optional<std::string>(old)});
    setenv(name, value.c_str(), 1);
  }
  ~Environment() {
    for (auto it = saved_.rbegin(); it != saved_.rend(); ++it) {
      it->second ? setenv(it->first, it->second->c_str(), 1) : unsetenv(it->first);
    }
  }

 private:
  std::vector<std::pair<const char*, std::optional<std::string>>> saved_;
};

Bytes images(std::uint32_t count) { return Bytes(count * 784, '\x40'); }

const std::string kNames =
    "\nfor\n  train-images-idx3-ubyte, train-images-idx3-ubyte.gz, train-images.idx3-ubyte or "
    "train-images.idx3-ubyte.gz\n  train-labels-idx1-ubyte, train-labels-idx1-ubyte.gz, "
    "train-labels.idx1-ubyte or train-labels.idx1-ubyte.gz\n  t10k-images-idx3-ubyte, "
    "t10k-images-idx3-ubyte.gz, t10k-images.idx3-ubyte or t10k-images.idx3-ubyte.gz\n  "
    "t10k-labels-idx1-ubyte, t10k-labels-idx1-ubyte.gz, t10k-labels.idx1-ubyte or "
    "t10k-labels.idx1-ubyte.gz\n  or, with all in one, mnist.npz";

class MnistFiles : public ::testing::Test {
 protected:
  MnistFiles() {
    environment_.set("STRATA_DATA", "");
    environment_.set("XDG_CACHE_HOME", folder_.path("cache"));
    environment_.set("HOME", folder_.path("home"));
  }

  /// Two training images and one test image.
  void write_idx(const std::string& folder, const Bytes& train_labels = "\x07\x09") const {
    folder_.write(folder + "/train-images-idx3-ubyte.gz",
                  gzip(idx_bytes(0x08, {2, 28, 28}, images(2))));
    folder_.write(folder + "/train-labels-idx1-ubyte.gz", gzip(idx_bytes(0x08, {2}, train_labels)));
    folder_.write(folder + "/t10k-images-idx3-ubyte", idx_bytes(0x08, {1, 28, 28}, images(1)));
    folder_.write(folder + "/t10k-labels-idx1-ubyte", idx_bytes(0x08, {1}, Bytes(1, '\0')));
  }

  void write_archive(const std::string& folder) const {
    folder_.write(folder + "/note", "");  // makes the folder
    write_zip(folder_, folder + "/mnist.npz",
              {{"x_train.npy", npy_of_uint8("(2, 28, 28)", images(2))},
               {"y_train.npy", npy_of_uint8("(2,)", "\x07\x09")},
               {"x_test.npy", npy_of_uint8("(1, 28, 28)", images(1))},
               {"y_test.npy", npy_of_uint8("(1,)", Bytes(1, '\0'))}});
  }

  void expect_digits_in(const std::string& folder, const MnistOptions& options = {}) const {
    const Digits digits = mnist(options);
    EXPECT_EQ(digits.source, folder_.path(folder));
    EXPECT_EQ(find_mnist(options), folder_.path(folder));
    EXPECT_EQ(digits.x_train.shape(), Shape({2, 28, 28}));
    EXPECT_EQ(digits.x_train.values()[0], 64.0f);
    EXPECT_THAT(digits.y_train.values(), ElementsAre(7, 9));
    EXPECT_EQ(digits.x_test.shape(), Shape({1, 28, 28}));
    EXPECT_THAT(digits.y_test.values(), ElementsAre(0));
  }

  TemporaryFolder folder_;
  Environment environment_;
};

TEST_F(MnistFiles, AreReadFromTheFolderGiven) {
  write_idx("here");
  write_archive("there");
  expect_digits_in("here", {.directory = folder_.path("here")});
  expect_digits_in("there", {.directory = folder_.path("there")});
}

TEST_F(MnistFiles, AreLookedForInOrder) {
  write_archive("home/.keras/datasets");
  expect_digits_in("home/.keras/datasets");
  write_idx("cache/strata/mnist");
  expect_digits_in("cache/strata/mnist");
  write_idx("data");
  environment_.set("STRATA_DATA", folder_.path("data"));
  expect_digits_in("data");
}

TEST_F(MnistFiles, AreLookedForInTheHomesCacheWithoutAnother) {
  environment_.set("XDG_CACHE_HOME", "");
  write_idx("home/.cache/strata/mnist");
  expect_digits_in("home/.cache/strata/mnist");
}

TEST_F(MnistFiles, ThatAreNowhereAreAnErrorThatSaysWhereItLooked) {
  environment_.set("STRATA_DATA", "/nowhere");
  EXPECT_EQ(find_mnist(), std::nullopt);
  EXPECT_THAT(
      [] { mnist(); },
      Raises<IoError>("mnist: the four IDX files (with or without .gz) or mnist.npz must be "
                      "in one of the folders. Received: none there, having looked in"
                      "\n  /nowhere\n  " +
                      folder_.path("cache/strata/mnist") + "\n  " +
                      folder_.path("home/.keras/datasets") + kNames));
}

TEST_F(MnistFiles, AreNotLookedForElsewhereIfAFolderIsGiven) {
  write_idx("cache/strata/mnist");
  EXPECT_EQ(find_mnist({.directory = "/nowhere"}), std::nullopt);
  EXPECT_THAT(
      [] { mnist({.directory = "/nowhere"}); },
      Raises<IoError>("mnist: the four IDX files (with or without .gz) or mnist.npz must be "
                      "in one of the folders. Received: none there, having looked in"
                      "\n  /nowhere" +
                      kNames));
}

TEST_F(MnistFiles, MustAllBeThere) {
  folder_.write("here/train-images-idx3-ubyte", idx_bytes(0x08, {2, 28, 28}, images(2)));
  EXPECT_THAT([&] { mnist({.directory = folder_.path("here")}); },
              Raises<IoError>("mnist: " + folder_.path("here") +
                              ": a folder with some of the four IDX files must have them all. "
                              "Received: no train-labels-idx1-ubyte, "
                              "train-labels-idx1-ubyte.gz, train-labels.idx1-ubyte or "
                              "train-labels.idx1-ubyte.gz."));
}

TEST_F(MnistFiles, MustHaveTheirArraysInTheArchive) {
  folder_.write("here/note", "");
  const std::string path = write_zip(folder_, "here/mnist.npz",
                                     {{"x_train.npy", npy_of_uint8("(2, 28, 28)", images(2))}});
  EXPECT_THAT([&] { mnist({.directory = folder_.path("here")}); },
              Raises<IoError>("read_npz: " + path +
                              ": the archive must hold the array 'y_train'. Received: x_train."));
}

TEST_F(MnistFiles, MayHaveADotInTheirNames) {
  folder_.write("here/train-images.idx3-ubyte", idx_bytes(0x08, {2, 28, 28}, images(2)));
  folder_.write("here/train-labels.idx1-ubyte.gz", gzip(idx_bytes(0x08, {2}, "\x07\x09")));
  folder_.write("here/t10k-images.idx3-ubyte.gz", gzip(idx_bytes(0x08, {1, 28, 28}, images(1))));
  folder_.write("here/t10k-labels-idx1-ubyte", idx_bytes(0x08, {1}, Bytes(1, '\0')));
  expect_digits_in("here", {.directory = folder_.path("here")});
}

TEST_F(MnistFiles, MustHaveLabelsFromZeroToNine) {
  write_idx("here", "\x03\x0A");
  EXPECT_THAT(
      [&] { mnist({.directory = folder_.path("here")}); },
      Raises<IoError>("mnist: " + folder_.path("here") +
                      ": the training labels must be whole numbers from 0 to 9. Received: 10 "
                      "at index 1."));
}

TEST_F(MnistFiles, MustHaveALabelForEachImage) {
  write_idx("here");
  folder_.write("here/train-labels-idx1-ubyte.gz", gzip(idx_bytes(0x08, {3}, "\x01\x02\x03")));
  EXPECT_THAT([&] { mnist({.directory = folder_.path("here")}); },
              Raises<IoError>("mnist: " + folder_.path("here") +
                              ": the training data must have one label for each of its 2 images. "
                              "Received: shape=(3,)."));
}

TEST_F(MnistFiles, MustHaveImagesOfTheirSize) {
  write_idx("here");
  folder_.write("here/t10k-images-idx3-ubyte", idx_bytes(0x08, {1, 28, 27}, Bytes(28 * 27, '\0')));
  EXPECT_THAT(
      [&] { mnist({.directory = folder_.path("here")}); },
      Raises<IoError>("mnist: " + folder_.path("here") +
                      ": the test images must have the shape (n, 28, 28). Received: shape=(1, "
                      "28, 27)."));
}

TEST(Mnist, HasItsRealImagesWhereTheyAreAtHand) {
  const char* folder = getenv("STRATA_DATA");
  if (folder == nullptr || *folder == '\0') GTEST_SKIP() << "STRATA_DATA is not set";
  const Digits digits = mnist({.directory = folder});
  EXPECT_EQ(digits.x_train.shape(), Shape({60000, 28, 28}));
  EXPECT_EQ(digits.x_test.shape(), Shape({10000, 28, 28}));
  std::array<int, 10> train{};
  for (const float label : digits.y_train.values()) ++train[static_cast<std::size_t>(label)];
  EXPECT_THAT(train, ElementsAre(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949));
  std::array<int, 10> test{};
  for (const float label : digits.y_test.values()) ++test[static_cast<std::size_t>(label)];
  EXPECT_THAT(test, ElementsAre(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009));
  double sum = 0.0;
  for (const float value : digits.x_train.values()) sum += value;
  EXPECT_NEAR(sum / static_cast<double>(digits.x_train.size()), 33.318421, 1e-6);
}

}  // namespace
}  // namespace strata::datasets
