// In a library without HDF5 the formats that are made of it are refused by name.
#include "saving/keras_archive.hpp"
#include "saving/keras_weights.hpp"
#include "saving/legacy_hdf5.hpp"
#include "saving/sharded_weights.hpp"

namespace strata::saving {
namespace {

[[noreturn]] void refuse(const io::Origin& origin) {
  origin.raise<StateError>(
      "the format needs the HDF5 library. Received: a Strata that was built without it "
      "(STRATA_WITH_FILES=OFF).");
}

}  // namespace

void write_keras_archive(io::Origin origin, const Model&) { refuse(origin); }

void write_keras_archive(io::Origin origin, const Model&, const ExtraMembers&) { refuse(origin); }

SavedModel open_keras_archive(io::Origin origin, std::optional<std::int64_t>) { refuse(origin); }

SavedModel open_keras_archive(io::Origin origin, std::optional<std::int64_t>, ExtraMembers&) {
  refuse(origin);
}

std::unique_ptr<WeightsReader> open_weights_of_archive(io::Origin origin,
                                                       std::optional<std::int64_t>) {
  refuse(origin);
}

void write_keras_weights(io::Origin origin, const Model&) { refuse(origin); }

std::unique_ptr<WeightsReader> open_keras_weights(io::Origin origin, std::optional<std::int64_t>) {
  refuse(origin);
}

void write_legacy_model(io::Origin origin, const Model&) { refuse(origin); }

SavedModel open_legacy_model(io::Origin origin, std::optional<std::int64_t>) { refuse(origin); }

std::unique_ptr<WeightsReader> open_legacy_weights(io::Origin origin, std::optional<std::int64_t>) {
  refuse(origin);
}

void write_sharded_weights(io::Origin origin, const Model&, const SaveWeightsOptions&) {
  refuse(origin);
}

std::unique_ptr<WeightsReader> open_sharded_weights(io::Origin origin,
                                                    std::optional<std::int64_t>) {
  refuse(origin);
}

}  // namespace strata::saving
