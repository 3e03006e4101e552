#include "strata/callbacks/history.hpp"

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

}  // namespace strata
