// Writes, reads and takes over the state of a training.
#include "saving/backup.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "core/fields.hpp"
#include "core/registry.hpp"
#include "core/rollback.hpp"
#include "core/vector_units.hpp"
#include "io/json.hpp"
#include "strata/show_config.hpp"

namespace strata {

namespace random {

template <class Fields>
void list_fields(Fields& fields, GeneratorState& state) {
  fields("key", state.key);
  fields("position", state.position);
}

}  // namespace random

namespace saving {

template <class Fields>
void list_fields(Fields& fields, TrainingState& state) {
  fields("machine", state.machine);
  fields("steps", state.steps);
  fields("epoch", state.progress.epoch);
  fields("batch", state.progress.batch);
  fields("stopped", state.progress.stopped);
  fields("figures", state.progress.figures);
}

namespace {

constexpr const char* kWho = "BackupAndRestore";

// Parts of the object that have a form of their own.
constexpr const char* kShuffler = "shuffler";
constexpr const char* kProcessStream = "process_stream";
constexpr const char* kLayerStreams = "layer_streams";
constexpr const char* kLogs = "logs";
constexpr const char* kCallbacks = "callbacks";
constexpr std::string_view kSetsFactors = "RegularizationScheduler";

using Streams = std::map<std::string, random::GeneratorState>;

Config to_object(const Streams& streams) {
  Config object = Config::object();
  for (const auto& [path, state] : streams) object[path] = options_to_config(state);
  return object;
}

Config to_object(const Logs& logs) {
  Config object = Config::object();
  for (const auto& [name, value] : logs) object[name] = to_config(value);
  return object;
}

const Config& object_at(const Config& object, const char* key) {
  check(object.contains(key) && object[key].is_object(), kWho,
        "{} must be an object. Received: {}.", key, object.value(key, Config()));
  return object[key];
}

random::GeneratorState read_stream(const Config& object) {
  return options_from_config<random::GeneratorState>(kWho, object);
}

Streams read_streams(const Config& object) {
  Streams streams;
  for (const auto& entry : object.items()) {
    check(entry.value().is_object(), kWho, "a stream must be an object. Received: {}.",
          entry.value());
    streams.emplace(entry.key(), read_stream(entry.value()));
  }
  return streams;
}

Logs read_logs(const Config& object) {
  Logs logs;
  read_fields(kWho, object, [&](auto& fields) {
    for (const auto& entry : object.items()) fields(entry.key().c_str(), logs[entry.key()]);
  });
  return logs;
}

std::string tensor_name(std::size_t callback, std::size_t index) {
  return fmt::format("callbacks/{}/{}", callback, index);
}

ExtraMembers to_members(const TrainingState& state) {
  ExtraMembers members{.object = options_to_config(state), .tensors = {}};
  members.object[kShuffler] = options_to_config(state.progress.shuffler);
  members.object[kProcessStream] = options_to_config(state.process_stream);
  members.object[kLayerStreams] = to_object(state.layer_streams);
  members.object[kLogs] = to_object(state.progress.logs);
  Config& callbacks = members.object[kCallbacks] = Config::array();
  for (std::size_t i = 0; i < state.callbacks.size(); ++i) {
    const auto& [class_name, object, tensors] = state.callbacks[i];
    callbacks.push_back(
        {{"class_name", class_name}, {"state", object}, {"tensors", tensors.size()}});
    for (std::size_t j = 0; j < tensors.size(); ++j)
      members.tensors.emplace_back(tensor_name(i, j), tensors[j]);
  }
  return members;
}

CallbackState read_callback(const Config& entry, std::size_t index, const io::NamedTensors& all) {
  CallbackState callback;
  int count = 0;
  read_fields(kWho, entry, [&](auto& fields) {
    fields("class_name", callback.class_name);
    fields("tensors", count);
    fields.skip("state");
  });
  callback.state = entry.value("state", Config());
  for (int i = 0; i < count; ++i) {
    const std::string name = tensor_name(index, static_cast<std::size_t>(i));
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& t) { return t.first == name; });
    check(found != all.end(), kWho, "the file must hold {} tensors of {}. Received: {}.", count,
          callback.class_name, i);
    callback.tensors.push_back(found->second);
  }
  return callback;
}

TrainingState from_members(const ExtraMembers& members) {
  const Config& object = members.object;
  check(object.is_object(), kWho, "the state must be an object. Received: {}.", object);
  TrainingState state;
  read_fields(kWho, object, [&](auto& fields) {
    list_fields(fields, state);
    for (const char* part : {kShuffler, kProcessStream, kLayerStreams, kLogs, kCallbacks})
      fields.skip(part);
  });
  state.progress.shuffler = read_stream(object_at(object, kShuffler));
  state.progress.logs = read_logs(object_at(object, kLogs));
  state.process_stream = read_stream(object_at(object, kProcessStream));
  state.layer_streams = read_streams(object_at(object, kLayerStreams));
  const Config callbacks = object.value(kCallbacks, Config::array());
  check(callbacks.is_array(), kWho, "callbacks must be a list. Received: {}.", callbacks);
  for (const Config& entry : callbacks) {
    check(entry.is_object(), kWho, "a callback must be an object. Received: {}.", entry);
    state.callbacks.push_back(read_callback(entry, state.callbacks.size(), members.tensors));
  }
  return state;
}

/// The callbacks that have a state.
std::vector<std::shared_ptr<Callback>> stateful(const TrainingHost& host) {
  std::vector<std::shared_ptr<Callback>> all;
  for (const auto& callback : host.callbacks()) {
    const std::optional<Config> state = callback->get_state();
    if (state && !state->is_null()) all.push_back(callback);
  }
  return all;
}

std::string class_of(const Callback& callback) { return registry::class_name_of(typeid(callback)); }

CallbackState callback_state(const Callback& callback) {
  return {class_of(callback), *callback.get_state(), callback.get_state_tensors()};
}

bool is_penalty(const Config& object) {
  const auto is = [&](const char* key, std::string_view begin) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() &&
           found->get<std::string>().starts_with(begin);
  };
  return is("module", "keras.regularizers") || is("registered_name", "strata>");
}

/// What a model computes: without names, which are counted in the process, without what `compile`
/// was told, and without shapes, which the weights have too.
/// Without factors of penalties if `factors_are_set` by a callback, which is told them.
Config architecture(Config object, bool factors_are_set) {
  if (object.is_object()) {
    for (const char* key : {"name", "build_config", "compile_config"}) object.erase(key);
    if (factors_are_set && is_penalty(object) && object.value("config", Config()).is_object()) {
      for (const char* key : {"l1", "l2", "factor"}) object["config"].erase(key);
    }
  }
  if (object.is_structured()) {
    for (Config& value : object) value = architecture(std::move(value), factors_are_set);
  }
  return object;
}

std::string optimizer_of(const Config& object) {
  const Config compiled = object.value("compile_config", Config::object());
  const Config optimizer = compiled.value("optimizer", Config());
  return optimizer.is_object() ? optimizer.value("class_name", "") : optimizer.dump();
}

/// `/config/layers/1/config/units`: where they differ first.
std::string first_difference(const Config& a, const Config& b) {
  const Config difference = Config::diff(a, b);
  return difference.empty() ? std::string() : difference.front()["path"].get<std::string>();
}

template <class List, class Name>
std::vector<std::string> names_of(const List& list, const Name& name) {
  std::vector<std::string> names;
  for (const auto& entry : list) names.push_back(name(entry));
  return names;
}

std::string path_of(const Streams::value_type& stream) { return stream.first; }

}  // namespace

std::string this_machine() {
  const RuntimeConfig config = runtime_config();
  return fmt::format("vectors of {} bits ({}), {}, BLAS core {}, Strata {} by {}",
                     config.vector_bits, name_of(vector_units()), config.blas, config.blas_core,
                     config.version, config.compiler);
}

TrainingState state_of(TrainingHost& host, int steps) {
  TrainingState state{.machine = this_machine(),
                      .steps = steps,
                      .progress = host.progress(),
                      .process_stream = random::process_stream_state(),
                      .layer_streams = host.trained_model().random_states(),
                      .callbacks = {}};
  for (const auto& callback : stateful(host)) state.callbacks.push_back(callback_state(*callback));
  return state;
}

std::vector<std::string> callbacks_without_state(const TrainingHost& host) {
  std::vector<std::string> names;
  for (const auto& callback : host.callbacks()) {
    if (!callback->get_state()) names.push_back(class_of(*callback));
  }
  return names;
}

void Backup::write(io::Origin origin, TrainingHost& host, int steps) {
  const ExtraMembers members = to_members(state_of(host, steps));
  write_keras_archive(std::move(origin), host.trained_model(), members);
}

Backup::Backup(io::Origin origin) : origin_(std::move(origin)) {
  ExtraMembers members;
  saved_ = open_keras_archive(origin_, std::nullopt, members);
  try {
    state_ = from_members(members);
  } catch (const InvalidArgument& error) {
    origin_.raise("the training's state is damaged: {}", Whole{error.what()});
  }
}

void Backup::check_model(const Model& model) const {
  const Config own = io::parse_json(kWho, model.to_json());
  const bool factors_are_set =
      std::any_of(state_.callbacks.begin(), state_.callbacks.end(),
                  [](const CallbackState& saved) { return saved.class_name == kSetsFactors; });
  const std::string place = first_difference(architecture(saved_.config, factors_are_set),
                                             architecture(own, factors_are_set));
  origin_.check(
      place.empty(),
      "the backup must be of the model that is trained. Received: one that differs at {}.",
      Whole{place});
  origin_.check(optimizer_of(saved_.config) == optimizer_of(own),
                "the backup must be of a training with {}. Received: one with {}.",
                optimizer_of(own), optimizer_of(saved_.config));
  const std::vector<std::string> expected = names_of(model.random_states(), path_of);
  const std::vector<std::string> found = names_of(state_.layer_streams, path_of);
  origin_.check(expected == found, "the backup must hold the random streams [{}]. Received: [{}].",
                Whole{fmt::format("{}", fmt::join(expected, ", "))},
                Whole{fmt::format("{}", fmt::join(found, ", "))});
}

void Backup::check_callbacks(const std::vector<std::shared_ptr<Callback>>& callbacks) const {
  const auto expected = names_of(callbacks, [](const auto& own) { return class_of(*own); });
  const auto found =
      names_of(state_.callbacks, [](const CallbackState& saved) { return saved.class_name; });
  origin_.check(expected == found,
                "the backup must hold the state of the fit's callbacks [{}]. Received: [{}].",
                Whole{fmt::format("{}", fmt::join(expected, ", "))},
                Whole{fmt::format("{}", fmt::join(found, ", "))});
}

// What may raise comes first, and is undone; the weights are read before the first is assigned.
void Backup::restore(TrainingHost& host, int steps) const {
  Model& model = host.trained_model();
  const std::vector<std::shared_ptr<Callback>> callbacks = stateful(host);
  check_callbacks(callbacks);
  check_model(model);
  origin_.check(state_.steps == steps,
                "the backup must be of a fit with {} batches an epoch. Received: one with {}.",
                steps, state_.steps);
  const FitProgress progress_before = host.progress();
  std::vector<CallbackState> before;
  Rollback rollback([&] {
    try {
      for (std::size_t i = 0; i < before.size(); ++i)
        callbacks[i]->set_state(before[i].state, before[i].tensors);
      host.continue_from(progress_before);
    } catch (...) {  // a callback that refuses its own state: the fit ends anyway
    }
  });
  try {
    for (const CallbackState& saved : state_.callbacks) {
      Callback& callback = *callbacks[before.size()];
      CallbackState own = callback_state(callback);
      callback.set_state(saved.state, saved.tensors);
      before.push_back(std::move(own));
    }
    host.continue_from(state_.progress);
  } catch (const InvalidArgument& error) {
    origin_.raise("the backup must be of this fit: {}", Whole{error.what()});
  }
  take_over(model, *saved_.weights, Mismatch::kRaiseForOptimizerToo);
  rollback.keep();
  model.set_random_states(state_.layer_streams);
  random::set_process_stream_state(state_.process_stream);
}

}  // namespace saving
}  // namespace strata
