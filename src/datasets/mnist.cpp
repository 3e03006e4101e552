// Finds the files of MNIST, reads them and checks what is in them.
#include "strata/datasets/mnist.hpp"

#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "core/check.hpp"
#include "core/known_names.hpp"
#include "strata/io/idx.hpp"
#include "strata/io/npz.hpp"
#include "tensor/format.hpp"

namespace strata::datasets {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSide = 28;
constexpr const char* kArchive = "mnist.npz";

// In the order of the members of Digits: each file's name, and the name that unpackers give it.
constexpr std::array<std::array<const char*, 2>, 4> kFiles{
    {{"train-images-idx3-ubyte", "train-images.idx3-ubyte"},
     {"train-labels-idx1-ubyte", "train-labels.idx1-ubyte"},
     {"t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte"},
     {"t10k-labels-idx1-ubyte", "t10k-labels.idx1-ubyte"}}};
constexpr std::array kArrays{"x_train", "y_train", "x_test", "y_test"};

/// A variable of the environment that is set to something, else nothing.
std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::vector<fs::path> folders(const MnistOptions& options) {
  if (!options.directory.empty()) return {options.directory};
  std::vector<fs::path> all;
  const std::string home = environment("HOME");
  if (const auto data = environment("STRATA_DATA"); !data.empty()) all.emplace_back(data);
  if (const auto cache = environment("XDG_CACHE_HOME"); !cache.empty()) {
    all.push_back(fs::path(cache) / "strata/mnist");
  } else if (!home.empty()) {
    all.push_back(fs::path(home) / ".cache/strata/mnist");
  }
  if (!home.empty()) all.push_back(fs::path(home) / ".keras/datasets");
  return all;
}

/// All names that one of the four files may have.
std::vector<std::string> names_of(std::size_t file) {
  std::vector<std::string> names;
  for (const std::string name : kFiles[file]) {
    names.push_back(name);
    names.push_back(name + ".gz");
  }
  return names;
}

/// The path of one of the four files, else nothing.
std::optional<std::string> idx_file(const fs::path& folder, std::size_t file) {
  std::error_code ignored;
  for (const std::string& name : names_of(file)) {
    const fs::path path = folder / name;
    if (fs::exists(path, ignored)) return path.string();
  }
  return std::nullopt;
}

bool has_archive(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / kArchive, ignored);
}

/// Whether the digits, or some of their files, are there: a folder with a part of them is no folder
/// to pass over in silence.
bool has_any(const fs::path& folder) {
  for (std::size_t file = 0; file < kFiles.size(); ++file) {
    if (idx_file(folder, file)) return true;
  }
  return has_archive(folder);
}

std::array<Tensor, 4> read_files(const fs::path& folder) {
  std::array<Tensor, 4> arrays;
  for (std::size_t i = 0; i < kFiles.size(); ++i) {
    const auto path = idx_file(folder, i);
    check<IoError>(path.has_value(), "mnist",
                   "{}: a folder with some of the four IDX files must have them all. Received: no "
                   "{}.",
                   folder.string(), Whole{either_of(names_of(i))});
    arrays[i] = io::read_idx(*path);
  }
  return arrays;
}

std::array<Tensor, 4> read_archive(const fs::path& folder) {
  const std::string path = (folder / kArchive).string();
  const auto found = io::read_npz(path, {.names = {kArrays.begin(), kArrays.end()}});
  std::array<Tensor, 4> arrays;
  for (std::size_t i = 0; i < kArrays.size(); ++i) arrays[i] = found.at(kArrays[i]);
  return arrays;
}

void check_part(const std::string& source, const char* part, const Tensor& x, const Tensor& y) {
  const std::int64_t count = x.rank() > 0 ? x.shape().front() : 0;
  check<IoError>(x.shape() == Shape({count, kSide, kSide}), "mnist",
                 "{}: the {} images must have the shape (n, 28, 28). Received: shape={}.", source,
                 part, x.shape());
  check<IoError>(y.shape() == Shape({count}), "mnist",
                 "{}: the {} data must have one label for each of its {} images. Received: "
                 "shape={}.",
                 source, part, count, y.shape());
  const auto labels = y.values();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    check<IoError>(labels[i] >= 0.0f && labels[i] <= 9.0f && std::trunc(labels[i]) == labels[i],
                   "mnist",
                   "{}: the {} labels must be whole numbers from 0 to 9. Received: {} at index {}.",
                   source, part, labels[i], i);
  }
}

}  // namespace

std::optional<std::string> find_mnist(const MnistOptions& options) {
  for (const fs::path& folder : folders(options)) {
    if (has_any(folder)) return folder.string();
  }
  return std::nullopt;
}

Digits mnist(const MnistOptions& options) {
  const auto folder = find_mnist(options);
  if (!folder) {
    std::string looked;
    for (const fs::path& place : folders(options)) looked += "\n  " + place.string();
    looked += "\nfor";
    for (std::size_t file = 0; file < kFiles.size(); ++file) {
      looked += "\n  " + either_of(names_of(file));
    }
    looked += std::string("\n  or, with all in one, ") + kArchive;
    raise<IoError>("mnist",
                   "the four IDX files (with or without .gz) or mnist.npz must be in one of the "
                   "folders. Received: none there, having looked in{}",
                   Whole{looked});
  }
  const bool archived = !idx_file(*folder, 0) && has_archive(*folder);
  const std::array<Tensor, 4> arrays = archived ? read_archive(*folder) : read_files(*folder);
  check_part(*folder, "training", arrays[0], arrays[1]);
  check_part(*folder, "test", arrays[2], arrays[3]);
  return {arrays[0], arrays[1], arrays[2], arrays[3], *folder};
}

}  // namespace strata::datasets
