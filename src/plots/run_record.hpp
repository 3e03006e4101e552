// RunRecord: what is drawn of a run, and how it is collected from a history or a model.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plots/chart.hpp"
#include "plots/figure.hpp"
#include "strata/callbacks/history.hpp"
#include "strata/models/regularization_path.hpp"
#include "strata/training/logs.hpp"

namespace strata::plots {

/// By name a figure for each epoch, NaN where it has none.
using Curves = std::map<std::string, std::vector<double>>;

struct WeightRecord {
  std::string path;
  std::string shape;
  std::optional<Histogram> start = {};
  Histogram end;
};

struct RunRecord {
  std::vector<int> epochs;  ///< From 0.
  Curves logs;
  Curves penalties;                        ///< By layer and source.
  Curves factors;                          ///< Of penalties, by layer and slot.
  Curves rates;                            ///< The learning rate.
  Curves zeros;                            ///< The share of elements that are exactly 0, by weight.
  std::map<std::string, Histogram> start;  ///< Of each weight at the start, by path.
  std::vector<WeightRecord> weights;
  std::vector<MapChart> maps;

  /// Adds an epoch. The logs of penalties and factors are taken for what they are.
  void add(int epoch, const Logs& epoch_logs);
  /// Of the last epoch.
  void add_to(Curves& curves, const std::string& name, double value);
};

RunRecord record_of(const History& history);

/// What the model says of itself at the end of an epoch that was added: penalties, factors, learning
/// rate and zeros.
void observe(RunRecord& record, Model& model);
/// The weights as they are now, beside those of the start.
void observe_weights(RunRecord& record, const Model& model);
/// A histogram of each weight, by path.
std::map<std::string, Histogram> histograms_of(const Model& model);

/// In the order in which they are read.
std::vector<Figure> figures_of(const RunRecord& record);
std::vector<Figure> figures_of(const RegularizationPath& path);

/// A heading with a line below and the last figures of the run: HTML.
std::string head_of(const std::string& title, const std::string& state, const RunRecord& record);

}  // namespace strata::plots
