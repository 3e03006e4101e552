// Model::save, save_weights, load_weights and load_model: which format a file's name asks for.
#include "saving/model_files.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>

#include "core/check.hpp"
#include "io/byte_stream.hpp"
#include "saving/keras_archive.hpp"
#include "saving/keras_weights.hpp"
#include "saving/legacy_hdf5.hpp"
#include "saving/named_weights.hpp"
#include "saving/sharded_weights.hpp"
#include "saving/weight_groups.hpp"
#include "strata/saving/load_model.hpp"

namespace strata {
namespace {

using saving::WeightsReader;

using OpenWeights = std::unique_ptr<WeightsReader> (*)(io::Origin, std::optional<std::int64_t>);
using Write = void (*)(io::Origin, const Model&);

/// A format of weights, chosen by how the file's name ends.
struct WeightsFormat {
  std::string_view extension;
  OpenWeights open;
  Write write;  ///< null: only `save` writes it
};

constexpr std::string_view kSharded = ".weights.json";

constexpr WeightsFormat kWeightsFormats[] = {
    {".weights.h5", saving::open_keras_weights, saving::write_keras_weights},
    {".keras", saving::open_weights_of_archive, nullptr},
    {".safetensors", saving::open_safetensors_weights, saving::write_safetensors_weights},
    {".npz", saving::open_npz_weights, saving::write_npz_weights},
    {".h5", saving::open_legacy_weights, nullptr},  // after .weights.h5, which ends alike
    {".hdf5", saving::open_legacy_weights, nullptr},
    {kSharded, saving::open_sharded_weights, nullptr},  // with a max_shard_size
};

using OpenModel = saving::SavedModel (*)(io::Origin, std::optional<std::int64_t>);

/// A format of whole models.
struct ModelFormat {
  std::string_view extension;
  OpenModel open;
  Write write;
};

constexpr ModelFormat kModelFormats[] = {
    {".keras", saving::open_keras_archive, saving::write_keras_archive},
    {".h5", saving::open_legacy_model, saving::write_legacy_model},
    {".hdf5", saving::open_legacy_model, saving::write_legacy_model},
};

template <class Formats>
auto find_format(const Formats& formats, const std::string& path) {
  const auto found = std::find_if(std::begin(formats), std::end(formats), [&](const auto& format) {
    return path.ends_with(format.extension);
  });
  return found == std::end(formats) ? nullptr : &*found;
}

constexpr std::string_view kWeightsOnly = ".weights.h5";

void check_overwrite(const io::Origin& origin, bool overwrite) {
  std::error_code ignored;  // what can't be looked at can't be written either
  origin.check(overwrite || !std::filesystem::exists(origin.name, ignored),
               "the file must not exist where overwrite is false. Received: one that does.");
}

}  // namespace

namespace saving {

void check_model_path(std::string_view who, const std::string& path) {
  check(find_format(kModelFormats, path) != nullptr && !path.ends_with(kWeightsOnly), who,
        "a model's file must end in .keras, or in .h5 or .hdf5 for the legacy format; save_weights "
        "writes weights alone. Received: {}.",
        path);
}

void check_weights_path(std::string_view who, const std::string& path) {
  const WeightsFormat* format = find_format(kWeightsFormats, path);
  check(format != nullptr && format->write != nullptr, who,
        "a file of weights must end in .weights.h5, .safetensors or .npz. Received: {}.", path);
}

}  // namespace saving

void Model::save(const std::string& path, const SaveOptions& options) const {
  const io::Origin origin{"save", path};
  saving::check_model_path("save", path);
  if (!path.ends_with(".keras")) saving::check_no_layer_is_shared("save", *this);
  check_overwrite(origin, options.overwrite);
  find_format(kModelFormats, path)->write(origin, *this);
}

void Model::save_weights(const std::string& path, const SaveWeightsOptions& options) const {
  const io::Origin origin{"save_weights", path};
  const bool sharded = options.max_shard_size.has_value();
  check(sharded || !path.ends_with(kSharded), "save_weights",
        "weights in several files need max_shard_size. Received: {} without.", path);
  if (!sharded) saving::check_weights_path("save_weights", path);
  check(!sharded || path.ends_with(kSharded), "save_weights",
        "a file of weights must end in .weights.json with max_shard_size. Received: {}.", path);
  check(!sharded || *options.max_shard_size > 0.0, "save_weights",
        "max_shard_size must be > 0. Received: max_shard_size={}.",
        options.max_shard_size.value_or(0.0));
  check<StateError>(built(), name() + ".save_weights",
                    "the model must be built. Received: an unbuilt model.");
  check_overwrite(origin, options.overwrite);
  if (sharded) {
    saving::write_sharded_weights(origin, *this, options);
  } else {
    find_format(kWeightsFormats, path)->write(origin, *this);
  }
}

std::vector<std::string> Model::load_weights(const std::string& path,
                                             const LoadWeightsOptions& options) {
  const io::Origin origin{"load_weights", path};
  const WeightsFormat* format = find_format(kWeightsFormats, path);
  check(format != nullptr, "load_weights",
        "a file of weights must end in .weights.h5, .keras, .weights.json, .safetensors, .npz, .h5 "
        "or .hdf5. Received: {}.",
        path);
  check<StateError>(built(), name() + ".load_weights",
                    "the model must be built. Received: an unbuilt model.");
  const std::unique_ptr<WeightsReader> file = format->open(origin, options.max_memory);
  return saving::take_over(
      *this, *file,
      options.skip_mismatch ? saving::Mismatch::kSkipLayer : saving::Mismatch::kRaise);
}

std::shared_ptr<Model> load_model(const std::string& path, const LoadModelOptions& options) {
  const io::Origin origin{"load_model", path};
  const ModelFormat* format = find_format(kModelFormats, path);
  check(format != nullptr, "load_model",
        "a model's file must end in .keras, .h5 or .hdf5. Received: {}.", path);
  const CustomObjectScope scope(options.custom_objects);
  return saving::make_model(format->open(origin, options.max_memory), options.compile);
}

}  // namespace strata
