// The figures of a run: loss and penalties, metrics, rates and factors, zeros, weights.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "plots/run_record.hpp"

namespace strata::plots {
namespace {

constexpr std::size_t kMostAreas = 6;  // of penalties; the rest is one
constexpr std::size_t kMostLines = 8;
constexpr std::size_t kMostWeights = 24;
constexpr int kRestColor = kColors - 1;

using Curve = std::vector<double>;

double last_of(const Curve& curve) {
  for (auto value = curve.rbegin(); value != curve.rend(); ++value) {
    if (!std::isnan(*value)) return *value;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

double first_of(const Curve& curve) {
  for (const double value : curve) {
    if (!std::isnan(value)) return value;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

const Curve* curve_in(const Curves& curves, const std::string& name) {
  const auto found = curves.find(name);
  return found == curves.end() ? nullptr : &found->second;
}

class RunFigures {
 public:
  explicit RunFigures(const RunRecord& record) : record_(record) {}

  std::vector<Figure> all() {
    if (!record_.epochs.empty()) {
      add_loss_parts();
      add_losses();
      add_metrics();
      add_rate();
      add_factors();
      add_zeros();
    }
    for (std::size_t i = 0; i < record_.weights.size() && i < kMostWeights; ++i)
      add_weight(record_.weights[i]);
    for (const MapChart& map : record_.maps) figures_.push_back(draw(map));
    return std::move(figures_);
  }

 private:
  // Epochs count from 1 here, as the progress bar counts them.
  Series series(const std::string& name, const Curve& curve, int color, bool dashed = false) const {
    Series series{.name = name, .color = color, .dashed = dashed};
    for (std::size_t i = 0; i < record_.epochs.size() && i < curve.size(); ++i)
      series.points.push_back({static_cast<double>(record_.epochs[i] + 1), curve[i]});
    return series;
  }

  std::string epochs_text() const {
    const std::size_t count = record_.epochs.size();
    return fmt::format("{} epoch{}", count, count == 1 ? "" : "s");
  }

  // The penalties, the largest at the end first; what is beyond the most areas is one.
  std::vector<std::pair<std::string, Curve>> penalties() const {
    std::vector<std::pair<std::string, Curve>> all(record_.penalties.begin(),
                                                   record_.penalties.end());
    if (all.empty()) {
      if (const Curve* sum = curve_in(record_.logs, "reg_loss")) return {{"penalties", *sum}};
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return last_of(a.second) > last_of(b.second);
    });
    if (all.size() <= kMostAreas) return all;
    Curve rest(record_.epochs.size(), 0.0);
    for (std::size_t i = kMostAreas; i < all.size(); ++i) {
      for (std::size_t j = 0; j < rest.size(); ++j)
        rest[j] += std::isnan(all[i].second[j]) ? 0.0 : all[i].second[j];
    }
    const std::size_t others = all.size() - kMostAreas;
    all.resize(kMostAreas);
    all.emplace_back(fmt::format("{} other penalties", others), std::move(rest));
    return all;
  }

  void add_loss_parts() {
    const Curve* data = curve_in(record_.logs, "data_loss");
    const Curve* loss = curve_in(record_.logs, "loss");
    if (data == nullptr || loss == nullptr) return;
    LineChart chart{.title = "Loss: data loss plus penalties", .y_label = "loss"};
    chart.areas.push_back(series("data loss", *data, 0));
    std::string parts;
    const auto shown = penalties();
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const int color = i < kMostAreas ? static_cast<int>(i) + 1 : kRestColor;
      chart.areas.push_back(series(shown[i].first, shown[i].second, color));
      parts += fmt::format("{}{} {}", i == 0 ? "" : ", ", shown[i].first,
                           number_text(last_of(shown[i].second)));
    }
    const bool by_layer = !record_.penalties.empty();
    chart.description = fmt::format(
        "After {} the data loss is {} and the penalties are: {}.{}", epochs_text(),
        number_text(last_of(*data)), parts.empty() ? "none" : parts,
        by_layer ? " Penalties are those at the end of an epoch, the data loss its mean over the "
                   "epoch, and so is the loss that was reported."
                 : "");
    if (by_layer) chart.lines.push_back(series("loss, as reported", *loss, kInk, true));
    figures_.push_back(draw(chart));
  }

  void add_losses() {
    LineChart chart{
        .title = "Loss in training and validation", .y_label = "loss", .may_be_logarithmic = true};
    int color = 0;
    std::string words;
    for (const char* name : {"loss", "data_loss"}) {
      for (const std::string& log : {std::string(name), std::string("val_") + name}) {
        const Curve* curve = curve_in(record_.logs, log);
        if (curve == nullptr) continue;
        chart.lines.push_back(series(log, *curve, color, log.starts_with("val_")));
        words += fmt::format("{}{} went from {} to {}", words.empty() ? "" : ", ", log,
                             number_text(first_of(*curve)), number_text(last_of(*curve)));
      }
      color = 2;
    }
    chart.description = fmt::format("In {} {}.", epochs_text(), words);
    if (!chart.lines.empty()) figures_.push_back(draw(chart));
  }

  bool is_metric(const std::string& name) const {
    return name != "loss" && name != "data_loss" && name != "reg_loss" && !name.starts_with("val_");
  }

  void add_metrics() {
    for (const auto& [name, curve] : record_.logs) {
      if (!is_metric(name)) continue;
      LineChart chart{.title = name};
      chart.description = fmt::format("{} went from {} to {}", name, number_text(first_of(curve)),
                                      number_text(last_of(curve)));
      chart.lines.push_back(series(name, curve, 0));
      if (const Curve* validation = curve_in(record_.logs, "val_" + name)) {
        chart.lines.push_back(series("val_" + name, *validation, 1, true));
        chart.description +=
            fmt::format(", that of validation from {} to {}", number_text(first_of(*validation)),
                        number_text(last_of(*validation)));
      }
      chart.description += ".";
      figures_.push_back(draw(chart));
    }
  }

  void add_rate() {
    const Curve* rate = curve_in(record_.rates, "learning_rate");
    if (rate == nullptr) return;
    figures_.push_back(draw(LineChart{
        .title = "Learning rate",
        .description = fmt::format("From {} to {}, at the end of each epoch.",
                                   number_text(first_of(*rate)), number_text(last_of(*rate))),
        .lines = {series("learning rate", *rate, 0)},
        .from_zero = true}));
  }

  // One line for each, dashed once colors begin anew.
  std::vector<Series> lines_of(const Curves& curves) const {
    std::vector<Series> lines;
    for (const auto& [name, curve] : curves) {
      if (lines.size() == 2 * kMostLines) break;
      const auto index = static_cast<int>(lines.size());
      lines.push_back(series(name, curve, index % kColors, index >= kColors));
    }
    return lines;
  }

  static std::string left_out(std::size_t shown, std::size_t all) {
    return shown < all ? fmt::format(" The first {} of {} are drawn.", shown, all) : "";
  }

  void add_factors() {
    if (record_.factors.empty()) return;
    LineChart chart{
        .title = "Factors of the penalties", .lines = lines_of(record_.factors), .from_zero = true};
    std::string words;
    for (const auto& [name, curve] : record_.factors) {
      if (words.size() > 300) break;
      words += fmt::format("{}{} {}", words.empty() ? "" : ", ", name, number_text(last_of(curve)));
    }
    chart.description = fmt::format("At the end: {}.{}", words,
                                    left_out(chart.lines.size(), record_.factors.size()));
    figures_.push_back(draw(chart));
  }

  void add_zeros() {
    Curves with_zeros;
    for (const auto& [name, curve] : record_.zeros) {
      if (std::any_of(curve.begin(), curve.end(), [](double share) { return share > 0.0; }))
        with_zeros.emplace(name, curve);
    }
    if (with_zeros.empty()) return;
    LineChart chart{
        .title = "Zeros over the epochs", .lines = lines_of(with_zeros), .shares = true};
    chart.description =
        "The share of a weight's elements that are exactly 0 when an epoch ends, of each weight "
        "that "
        "ever had any." +
        left_out(chart.lines.size(), with_zeros.size());
    figures_.push_back(draw(chart));
  }

  void add_weight(const WeightRecord& weight) {
    HistogramChart chart{
        .title = weight.path + " " + weight.shape, .start = weight.start, .end = weight.end};
    chart.description =
        fmt::format("How its {} values are spread{}. Exact zeros are counted, not drawn.",
                    weight.end.total, weight.start ? " at the start and at the end" : "");
    figures_.push_back(draw(chart));
  }

  const RunRecord& record_;
  std::vector<Figure> figures_;
};

ZeroCount zeros_of(const std::vector<WeightRecord>& weights) {
  ZeroCount all;
  for (const WeightRecord& weight : weights) {
    all.zeros += weight.end.zeros;
    all.total += weight.end.total;
  }
  return all;
}

Figure zeros_by_weight(const std::vector<WeightRecord>& weights) {
  BarChart chart{.title = "Zeros by weight", .label_column = "weight", .text_column = "exactly 0"};
  const ZeroCount all = zeros_of(weights);
  for (const WeightRecord& weight : weights) {
    const Histogram& end = weight.end;
    if (chart.bars.size() < kMostWeights) {
      chart.bars.push_back(
          {weight.path, share_of(end.zeros, end.total), count_text(end.zeros, end.total)});
    }
  }
  chart.description = fmt::format("{} of all {} numbers are exactly 0.", all.zeros, all.total);
  if (weights.size() > kMostWeights)
    chart.description += fmt::format(" The first {} of {} weights are drawn, here and below.",
                                     kMostWeights, weights.size());
  return draw(chart);
}

}  // namespace

std::vector<Figure> figures_of(const RunRecord& record) {
  std::vector<Figure> figures = RunFigures(record).all();
  if (record.weights.empty()) return figures;
  const auto first_small = std::find_if(figures.begin(), figures.end(), [&](const Figure& figure) {
    return figure.title.starts_with(record.weights.front().path + " ");
  });
  figures.insert(first_small, zeros_by_weight(record.weights));
  return figures;
}

std::string head_of(const std::string& title, const std::string& state, const RunRecord& record) {
  std::string text = fmt::format("<header><h1>{}</h1>\n<p class=\"state\">{}</p>\n<dl>\n",
                                 escaped(title), escaped(state));
  const auto add = [&](const std::string& name, const std::string& value) {
    text += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(name), escaped(value));
  };
  for (const auto& [name, curve] : record.logs) {
    if (const double value = last_of(curve); !std::isnan(value)) add(name, number_text(value));
  }
  const ZeroCount all = zeros_of(record.weights);
  if (all.total > 0) add("zeros", count_text(all.zeros, all.total));
  return text + "</dl></header>\n";
}

}  // namespace strata::plots
