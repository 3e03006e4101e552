// Reads and writes npz archives: zip archives of npy files.
#include "strata/io/npz.hpp"

#include "io/npy_header.hpp"
#include "io/npz_file.hpp"
#include "io/zip_writer.hpp"

namespace strata::io {
namespace {

constexpr std::string_view kNpySuffix = ".npy";

/// What an archive holds, for errors: `x, y and, unreadable, names`.
std::string list_of_names(const NpzFile& file) {
  std::string readable;
  for (const StoredTensor& tensor : file.tensors()) readable += ", " + tensor.name;
  std::string text = readable.empty() ? "no array" : readable.substr(2);
  std::string unreadable;
  for (const auto& [name, error] : file.unreadable()) unreadable += ", " + name;
  if (!unreadable.empty()) text += " and, unreadable" + unreadable;
  return text;
}

/// The array at `index`, taken from what is `left` of the memory limit.
Tensor read_within(const NpzFile& file, std::size_t index, std::int64_t& left) {
  Tensor array = file.read(index, left);
  left -= array.size() * static_cast<std::int64_t>(sizeof(float));
  return array;
}

std::map<std::string, Tensor> read_named(const NpzFile& file, const std::vector<std::string>& names,
                                         std::int64_t left) {
  std::map<std::string, Tensor> arrays;
  for (const std::string& name : names) {
    if (arrays.count(name) == 1) continue;
    const auto unreadable = file.unreadable().find(name);
    if (unreadable != file.unreadable().end()) throw Unrepresentable(unreadable->second);
    const std::optional<std::size_t> index = file.find(name);
    file.origin().check(index.has_value(), "the archive must hold the array '{}'. Received: {}.",
                        name, list_of_names(file));
    arrays.emplace(name, read_within(file, *index, left));
  }
  return arrays;
}

std::map<std::string, Tensor> read_all(const NpzFile& file, std::int64_t left) {
  std::map<std::string, Tensor> arrays;
  std::string first_error = file.unreadable().empty() ? "" : file.unreadable().begin()->second;
  for (std::size_t i = 0; i < file.tensors().size(); ++i) {
    try {
      arrays.emplace(file.tensors()[i].name, read_within(file, i, left));
    } catch (const Unrepresentable& error) {
      if (first_error.empty()) first_error = error.what();
    }
  }
  if (arrays.empty() && !first_error.empty()) throw Unrepresentable(first_error);
  return arrays;
}

}  // namespace

NpzFile::NpzFile(Origin origin, std::int64_t max_memory)
    : archive_(std::move(origin), ZipNames::kDistinct, max_memory),
      left_(max_memory - std::ssize(archive_.entries()) * kMemoryOfMember) {
  for (const ZipEntry& entry : archive_.entries()) {
    if (!entry.name.ends_with(kNpySuffix)) continue;
    const std::string name = entry.name.substr(0, entry.name.size() - kNpySuffix.size());
    try {
      add({.name = name, .header = read_npy_header(*archive_.open(entry))});
      entries_.push_back(&entry);
    } catch (const Unrepresentable& error) {
      unreadable_.emplace(name, error.what());
    }
  }
}

Tensor NpzFile::read(std::size_t index, std::int64_t budget) const {
  const std::unique_ptr<ByteStream> stream = archive_.open(*entries_.at(index));
  return read_elements(*stream, read_npy_header(*stream), budget);
}

std::map<std::string, Tensor> read_npz(const std::string& path, const NpzOptions& options) {
  const NpzFile file({"read_npz", path});
  const std::int64_t limit = options.max_bytes.value_or(memory_limit(file.file_size()));
  return options.names.empty() ? read_all(file, limit) : read_named(file, options.names, limit);
}

void write_npz(const std::string& path, const NamedTensors& arrays) {
  std::vector<std::string> headers;
  headers.reserve(arrays.size());  // the members below refer to them
  std::vector<ZipInput> members;
  for (const auto& [name, array] : arrays) {
    check(array.defined(), "write_npz",
          "the arrays must be defined. Received: an undefined one, '{}'.", name);
    headers.push_back(npy_header(array.shape()));
    members.push_back(
        {name + std::string(kNpySuffix), {as_bytes(headers.back()), bytes_of(array)}});
  }
  AtomicFile file({"write_npz", path});
  write_zip(file, members);
  file.commit();
}

}  // namespace strata::io
