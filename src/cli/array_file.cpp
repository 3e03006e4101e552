// Finds the array that is meant in an .npy or .npz file, and writes predictions to one.
#include "cli/array_file.hpp"

#include "io/npz_file.hpp"
#include "strata/io/npy.hpp"
#include "strata/io/npz.hpp"

namespace strata::cli {
namespace {

std::optional<std::int64_t> bytes_of(std::optional<std::int64_t> mebibytes) {
  if (!mebibytes) return std::nullopt;
  return *mebibytes << 20;
}

std::string name_in(const ArrayRequest& request) {
  if (!request.key.empty()) return request.key;
  const io::NpzFile file({"open", request.file});
  for (const std::string& name : request.usual) {
    if (file.find(name)) return name;
  }
  if (file.tensors().size() == 1 && file.unreadable().empty()) return file.tensors().front().name;
  return request.usual.front();  // reading it says which arrays there are
}

}  // namespace

Tensor read_array(const ArrayRequest& request) {
  const std::optional<std::int64_t> max_bytes = bytes_of(request.max_mebibytes);
  if (request.file.ends_with(".npy")) {
    if (!request.key.empty())
      throw BadUsage(request.file + ": an .npy file has one array, which has no name.");
    return io::read_npy(request.file, {.max_bytes = max_bytes});
  }
  check_array_ending(request.file);
  const std::string name = name_in(request);
  return io::read_npz(request.file, {.names = {name}, .max_bytes = max_bytes}).at(name);
}

void add_data_options(CLI::App& command, DataOptions& options) {
  command.add_option("--data", options.file, "The .npz file with samples and targets")
      ->required()
      ->type_name("FILE");
  command.add_option("--x", options.x_key, "The samples' name in it [x]")->type_name("KEY");
  command.add_option("--y", options.y_key, "The targets' name in it [y]")->type_name("KEY");
}

LabeledData read_data(const DataOptions& options, const std::string& suffix,
                      std::optional<std::int64_t> max_mebibytes) {
  if (!options.file.ends_with(".npz"))
    throw BadUsage(options.file + ": a file of samples and targets must end in .npz.");
  const auto read = [&](const std::string& key, const std::string& usual) {
    // One of two arrays can't be the file's only one.
    const io::NpzFile file({"open", options.file});
    const std::string longer = usual + suffix;
    const std::string found = file.find(usual) || !file.find(longer) ? usual : longer;
    return read_array(
        {.file = options.file, .key = key.empty() ? found : key, .max_mebibytes = max_mebibytes});
  };
  return {read(options.x_key, "x"), read(options.y_key, "y")};
}

void check_array_ending(const std::string& path) {
  if (!path.ends_with(".npy") && !path.ends_with(".npz"))
    throw BadUsage(path + ": a file of arrays must end in .npy or .npz.");
}

void write_array(const std::string& path, const Tensor& tensor) {
  check_array_ending(path);
  write_output([&] {
    if (path.ends_with(".npy")) {
      io::write_npy(path, tensor);
    } else {
      io::write_npz(path, {{"y", tensor}});
    }
  });
}

}  // namespace strata::cli
