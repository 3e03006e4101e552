// Lists and reads the datasets of an HDF5 file.
#include "saving/hdf5_tensors.hpp"

#include <cmath>

#include "io/input_file.hpp"
#include "tensor/format.hpp"

namespace strata::saving {
namespace {

constexpr std::int64_t kFloatSize = sizeof(float);

}  // namespace

WholeFile read_whole_file(const io::Origin& origin, std::optional<std::int64_t> max_memory) {
  io::InputFile file(origin);
  const std::int64_t limit = max_memory.value_or(io::memory_limit(file.size()));
  origin.check(file.size() <= limit,
               "the file must fit the memory limit of {} bytes. Received: {} bytes.", limit,
               file.size());
  io::MemberBytes bytes(static_cast<std::size_t>(file.size()));
  io::read_exactly(file, bytes.writable(), "the file");
  return {std::move(bytes), limit - file.size()};
}

Hdf5Tensors::Hdf5Tensors(io::Origin origin, io::MemberBytes bytes, std::int64_t max_memory)
    : origin_(std::move(origin)),
      bytes_(std::move(bytes)),
      budget_(max_memory),
      file_(origin_, bytes_.bytes(), budget_) {
  add_all();
}

// A list instead of recursion: a file may nest groups deeper than the stack.
void Hdf5Tensors::add_all() {
  std::vector<std::string> groups = {""};
  while (!groups.empty()) {
    const std::string group = std::move(groups.back());
    groups.pop_back();
    for (const auto& [name, kind] : file_.entries(group)) {
      // Names may overlap in the file, so that the paths take far more than it.
      constexpr int kCopies = 3;  // here, in the list and in its index
      budget_.take(origin_, "the paths",
                   (io::CheckedSize(group.size()) + name.size() + 64) * kCopies);
      std::string path = group.empty() ? std::string(name) : group + "/" + std::string(name);
      if (kind == io::Hdf5File::Kind::kGroup) {
        groups.push_back(std::move(path));
      } else if (kind == io::Hdf5File::Kind::kDataset) {
        add_dataset(std::move(path));
      }
    }
  }
}

void Hdf5Tensors::add_dataset(std::string name) {
  try {
    const io::ArrayHeader header = file_.header(name);
    add({.name = std::move(name), .header = header});
  } catch (const IoError& error) {
    unreadable_.emplace(std::move(name), error.what());
  }
}

Tensor Hdf5Tensors::read(std::size_t index, std::int64_t budget) const {
  const auto& [name, header] = tensors().at(index);
  origin_.check(io::CheckedSize(header.shape.element_count()).fits(budget / kFloatSize),
                "{}: the tensor must fit the memory limit, of which {} bytes are left. Received: "
                "shape={}.",
                name, budget, header.shape);
  return file_.read(name);
}

std::size_t Hdf5Tensors::entry_count(const std::string& group) const {
  return file_.has(group) ? file_.entries(group).size() : 0;
}

std::int64_t Hdf5Tensors::read_integer(std::size_t index) const {
  const auto& [name, header] = tensors().at(index);
  origin_.check(header.shape.element_count() == 1, "{}: must be one integer. Received: shape={}.",
                name, header.shape);
  if (header.type < io::ElementType::kFloat16) return file_.read_integers(name).front();
  const float value = file_.read(name).item();
  origin_.check(std::trunc(value) == value && std::abs(value) < 9.2e18f,
                "{}: must be one integer. Received: {}.", name, value);
  return static_cast<std::int64_t>(value);
}

}  // namespace strata::saving
