// plot: collects the figures of a history, a model or a path, and writes them.
#include "strata/plots/plot.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "plots/run_record.hpp"

namespace strata::plots {
namespace {

constexpr const char* kWho = "plot";

void write(const std::string& path, const std::string& title, const std::string& state,
           const RunRecord& record) {
  write_document(
      kWho, path,
      {.title = title, .head = head_of(title, state, record), .figures = figures_of(record)});
}

}  // namespace

void plot(const History& history, const std::string& path) {
  check_extension(kWho, path);
  write(path, "Training", fmt::format("{} epochs", history.epoch.size()), record_of(history));
}

void plot(const Model& model, const std::string& path) {
  check_extension(kWho, path);
  check<StateError>(model.built(), kWho, "the model must be built. Received: {}, which isn't.",
                    model.name());
  RunRecord record;
  observe_weights(record, model);
  write(path, model.name(), fmt::format("{} parameters", model.count_params()), record);
}

void plot(const RegularizationPath& path, const std::string& file) {
  check_extension(kWho, file);
  const auto failed =
      std::count_if(path.points.begin(), path.points.end(),
                    [](const RegularizationPathPoint& point) { return !point.failure.empty(); });
  const std::string state =
      fmt::format("{} factors, {}{}{}", path.points.size(),
                  path.folds > 0 ? fmt::format("{} folds", path.folds) : "one set of held-out data",
                  failed > 0 ? fmt::format(", {} failed", failed) : "",
                  path.interrupted ? ", interrupted" : "");
  write_document(kWho, file,
                 {.title = "Regularization path",
                  .head = head_of("Regularization path", state, {}),
                  .figures = figures_of(path)});
}

}  // namespace strata::plots
