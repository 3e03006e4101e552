// History: collects the logs of each epoch.
#include "strata/callbacks/history.hpp"

#include "core/fields.hpp"

namespace strata {

void History::on_train_begin(const Logs&) {
  history.clear();
  epoch.clear();
  params = Callback::params();
}

void History::on_epoch_end(int index, const Logs& logs) {
  epoch.push_back(index);
  for (const auto& [name, value] : logs) history[name].push_back(value);
}

std::optional<Config> History::get_state() const {
  Config values = Config::object();
  for (const auto& [name, list] : history) values[name] = to_config(list);
  return Config{{"epoch", epoch}, {"history", values}};
}

void History::set_state(const Config& state, const std::vector<Tensor>&) {
  std::vector<int> epochs;
  std::map<std::string, std::vector<double>> values;
  read_fields("History", state, [&](auto& fields) {
    fields("epoch", epochs);
    fields.skip("history");
  });
  if (state.contains("history")) {
    const Config& lists = state["history"];
    check(lists.is_object(), "History", "history must be an object. Received: {}.", lists);
    read_fields("History", lists, [&](auto& fields) {
      for (const auto& entry : lists.items()) fields(entry.key().c_str(), values[entry.key()]);
    });
  }
  epoch = std::move(epochs);
  history = std::move(values);
}

}  // namespace strata
