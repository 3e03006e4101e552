// Writes and reads `.keras` files.
#include "saving/keras_archive.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "io/json.hpp"
#include "io/npy_header.hpp"
#include "io/zip_writer.hpp"
#include "layers/shared_layers.hpp"
#include "saving/keras_weights.hpp"
#include "saving/weight_groups.hpp"

namespace strata::saving {
namespace {

constexpr std::string_view kMetadata = "metadata.json";
constexpr std::string_view kConfig = "config.json";
constexpr std::string_view kWeights = "model.weights.h5";
constexpr std::string_view kExtraObject = "training_state.json";
constexpr std::string_view kExtraTensors = "training_state/";
constexpr std::string_view kNpy = ".npy";

std::string metadata() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  const Config object = {{"keras_version", kKerasVersion},
                         {"date_saved", fmt::format("{:%Y-%m-%d@%H:%M:%S}", fmt::localtime(now))}};
  return object.dump();
}

io::Origin within(const io::Origin& origin, std::string_view member) {
  return {origin.who, origin.name + "/" + std::string(member)};
}

// What a config may cost, if the memory that it and its model take is to stay within a budget: a
// value takes up to 256 bytes as it is parsed, and an object becomes a layer or a rule. A model of
// some hundred layers always may.
io::JsonLimits limits_within(std::int64_t budget) {
  constexpr std::int64_t kAlways = 16 << 20;
  constexpr std::int64_t kTextShare = 16;  // a name is there several times
  constexpr std::int64_t kValue = 256;
  constexpr std::int64_t kObject = 4096;
  const io::JsonLimits most;
  const std::int64_t most_bytes = std::max(kAlways, budget);
  const auto at_most = [most_bytes](std::size_t limit, std::int64_t part) {
    return std::min(limit, static_cast<std::size_t>(most_bytes / part));
  };
  return {.bytes = at_most(most.bytes, kTextShare),
          .values = at_most(most.values, kValue),
          .objects = at_most(most.objects, kObject),
          .depth = most.depth};
}

/// An archive and how much memory its members may still take.
class Archive {
 public:
  Archive(io::Origin origin, std::optional<std::int64_t> max_memory)
      : zip_(std::move(origin), io::ZipNames::kDistinctInAnyCase),
        left_(max_memory.value_or(io::memory_limit(zip_.file_size()))) {}

  Config config() { return object(kConfig, limits_within(left_)); }
  io::Origin config_origin() const { return within(zip_.origin(), kConfig); }

  // Written by Strata, with as many values as the training has epochs.
  ExtraMembers extra() {
    const auto size = static_cast<std::size_t>(zip_.file_size());
    ExtraMembers extra{.object = object(kExtraObject, {.bytes = size, .values = size}),
                       .tensors = {}};
    for (const io::ZipEntry& entry : zip_.entries()) {
      if (!entry.name.starts_with(kExtraTensors) || !entry.name.ends_with(kNpy)) continue;
      const std::unique_ptr<io::ByteStream> stream = zip_.open(entry);
      Tensor tensor = io::read_elements(*stream, io::read_npy_header(*stream), left_);
      left_ -= tensor.size() * static_cast<std::int64_t>(sizeof(float));
      const std::size_t length = entry.name.size() - kExtraTensors.size() - kNpy.size();
      extra.tensors.emplace_back(entry.name.substr(kExtraTensors.size(), length),
                                 std::move(tensor));
    }
    return extra;
  }

  std::unique_ptr<WeightsReader> weights() {
    io::MemberBytes bytes = read(kWeights);
    return open_keras_weights_bytes(within(zip_.origin(), kWeights), std::move(bytes), left_);
  }

 private:
  Config object(std::string_view name, const io::JsonLimits& limits) {
    const io::MemberBytes bytes = read(name);
    try {
      return io::parse_json("the config", bytes.text(), limits);
    } catch (const InvalidArgument& error) {
      within(zip_.origin(), name).raise("{}", Whole{error.what()});
    }
  }

  io::MemberBytes read(std::string_view name) {
    const io::ZipEntry* entry = zip_.find(name);
    zip_.origin().check(entry != nullptr, "a .keras file must hold {}. Received: {}.", name,
                        list_of_members());
    io::MemberBytes bytes = zip_.read(*entry, left_);
    left_ -= entry->size;
    return bytes;
  }

  std::string list_of_members() const {
    std::string list;
    for (const io::ZipEntry& entry : zip_.entries())
      list += (list.empty() ? "" : ", ") + entry.name;
    return list.empty() ? "an empty archive" : list;
  }

  io::ZipArchive zip_;
  std::int64_t left_;
};

void write_archive(io::Origin origin, const Model& model, const std::vector<io::ZipInput>& extra) {
  const std::string about = metadata();
  const std::string config = [&] {
    const layers::SharedLayerIds ids(ids_of_shared_layers(model));
    return model.to_json();
  }();
  const std::vector<unsigned char> weights = keras_weights_bytes(within(origin, kWeights), model);
  std::vector<io::ZipInput> members = {{std::string(kMetadata), {io::as_bytes(about)}},
                                       {std::string(kConfig), {io::as_bytes(config)}},
                                       {std::string(kWeights), {weights}}};
  members.insert(members.end(), extra.begin(), extra.end());
  io::AtomicFile file(std::move(origin));
  io::write_zip(file, members);
  file.commit();
}

}  // namespace

void write_keras_archive(io::Origin origin, const Model& model) {
  write_archive(std::move(origin), model, {});
}

void write_keras_archive(io::Origin origin, const Model& model, const ExtraMembers& extra) {
  const std::string object = extra.object.dump();
  std::vector<io::ZipInput> members = {{std::string(kExtraObject), {io::as_bytes(object)}}};
  std::vector<std::string> headers;
  headers.reserve(extra.tensors.size());  // the members below refer to them
  for (const auto& [name, tensor] : extra.tensors) {
    headers.push_back(io::npy_header(tensor.shape()));
    members.push_back({std::string(kExtraTensors) + name + std::string(kNpy),
                       {io::as_bytes(headers.back()), io::bytes_of(tensor)}});
  }
  write_archive(std::move(origin), model, members);
}

SavedModel open_keras_archive(io::Origin origin, std::optional<std::int64_t> max_memory) {
  Archive archive(std::move(origin), max_memory);
  Config config = archive.config();
  return {archive.config_origin(), std::move(config), archive.weights()};
}

SavedModel open_keras_archive(io::Origin origin, std::optional<std::int64_t> max_memory,
                              ExtraMembers& extra) {
  Archive archive(std::move(origin), max_memory);
  Config config = archive.config();
  extra = archive.extra();
  return {archive.config_origin(), std::move(config), archive.weights()};
}

std::unique_ptr<WeightsReader> open_weights_of_archive(io::Origin origin,
                                                       std::optional<std::int64_t> max_memory) {
  return Archive(std::move(origin), max_memory).weights();
}

}  // namespace strata::saving
