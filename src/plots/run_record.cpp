// RunRecord: asks models and histories for what is drawn.
#include "plots/run_record.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "autodiff/not_recording.hpp"
#include "models/rule_factors.hpp"
#include "models/visit_layers.hpp"
#include "models/zero_counts.hpp"
#include "tensor/format.hpp"

namespace strata::plots {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr int kFineBins = 256;
constexpr std::size_t kMostUnits = 16;  // whose maps are drawn

bool has_trained_weights(const Layer& layer) {
  const auto weights = layer.weights();
  return std::any_of(weights.begin(), weights.end(),
                     [](const Variable& weight) { return weight.trainable(); });
}

struct ImageShape {
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t channels;
};

// The image that so many inputs are, for a model that takes inputs of this shape.
std::optional<ImageShape> image_of(const Shape& input, std::int64_t inputs) {
  constexpr std::int64_t kSmallest = 16;
  if (input.rank() == 4 && input[1] * input[2] * input[3] == inputs)
    return ImageShape{input[1], input[2], input[3]};
  if (input.rank() == 3 && input[1] * input[2] == inputs) return ImageShape{input[1], input[2], 1};
  const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(inputs))));
  if (input.rank() == 2 && inputs >= kSmallest && side * side == inputs)
    return ImageShape{side, side, 1};
  return std::nullopt;
}

// The first layer with weights that train, if it is a Dense one on the model's own input.
const Layer* first_dense(const Model& model) {
  for (const auto& layer : model.sublayers()) {
    if (has_trained_weights(*layer)) return layer->class_name() == "Dense" ? layer.get() : nullptr;
  }
  return nullptr;
}

MapChart use_of_inputs(const std::string& path, const Tensor& kernel, const ImageShape& image) {
  const std::int64_t units = kernel.shape()[1];
  Map map{"all units", {}};
  for (std::int64_t pixel = 0; pixel < image.rows * image.columns; ++pixel) {
    double squares = 0.0;
    for (std::int64_t i = 0; i < image.channels * units; ++i) {
      const auto weight = static_cast<double>(kernel.data()[pixel * image.channels * units + i]);
      squares += weight * weight;
    }
    map.values.push_back(std::sqrt(squares));
  }
  const auto unused = std::count(map.values.begin(), map.values.end(), 0.0);
  return {
      .title = path + " on its image: use of each pixel",
      .description = fmt::format(
          "The norm of all weights that leave a pixel, {} by {}. {} pixels are used by no unit.",
          image.rows, image.columns, unused),
      .rows = image.rows,
      .columns = image.columns,
      .maps = {std::move(map)}};
}

MapChart units_on_image(const std::string& path, const Tensor& kernel, const ImageShape& image) {
  const std::int64_t units = kernel.shape()[1];
  const std::int64_t pixels = image.rows * image.columns;
  std::vector<std::pair<double, std::int64_t>> by_norm;
  for (std::int64_t unit = 0; unit < units; ++unit) {
    double squares = 0.0;
    for (std::int64_t i = 0; i < pixels; ++i) {
      const auto weight = static_cast<double>(kernel.data()[i * units + unit]);
      squares += weight * weight;
    }
    // Those that aren't numbers have no order; they come last.
    by_norm.emplace_back(std::isnan(squares) ? INFINITY : -squares, unit);
  }
  std::sort(by_norm.begin(), by_norm.end());
  by_norm.resize(std::min(by_norm.size(), kMostUnits));
  MapChart chart{
      .title = path + " on its image: units",
      .description = fmt::format(
          "The weights that enter a unit, where their pixels lie; {} of {} units, the "
          "largest norm first. All have one scale, on which 0 is between the two colors.",
          by_norm.size(), units),
      .rows = image.rows,
      .columns = image.columns,
      .diverging = true};
  for (const auto& [norm, unit] : by_norm) {
    Map map{fmt::format("unit {}", unit), {}};
    for (std::int64_t i = 0; i < pixels; ++i)
      map.values.push_back(static_cast<double>(kernel.data()[i * units + unit]));
    chart.maps.push_back(std::move(map));
  }
  return chart;
}

std::vector<MapChart> maps_of(const Model& model) {
  const Layer* dense = first_dense(model);
  if (dense == nullptr || !model.build_shape()) return {};
  const Tensor kernel = dense->weight("kernel").value();
  const auto image = image_of(*model.build_shape(), kernel.shape()[0]);
  if (!image) return {};
  std::vector<MapChart> maps = {use_of_inputs(dense->name() + "/kernel", kernel, *image)};
  if (image->channels == 1)
    maps.push_back(units_on_image(dense->name() + "/kernel", kernel, *image));
  return maps;
}

bool takes_prefix(std::string& name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return false;
  name.erase(0, prefix.size());
  return true;
}

}  // namespace

void RunRecord::add_to(Curves& curves, const std::string& name, double value) {
  std::vector<double>& curve = curves[name];
  curve.resize(epochs.size(), kNone);
  curve.back() = value;
}

void RunRecord::add(int epoch, const Logs& epoch_logs) {
  epochs.push_back(epoch);
  for (const auto& [log, value] : epoch_logs) {
    std::string name = log;
    if (takes_prefix(name, "reg_loss/")) {
      add_to(penalties, name, value);
    } else if (takes_prefix(name, "reg_factor/")) {
      add_to(factors, name, value);
    } else {
      add_to(name == "learning_rate" ? rates : logs, name, value);
    }
  }
  for (Curves* group : {&logs, &penalties, &factors, &rates, &zeros}) {
    for (auto& [name, curve] : *group) curve.resize(epochs.size(), kNone);
  }
}

// A list that is shorter than there are epochs holds every k-th one's.
RunRecord record_of(const History& history) {
  RunRecord record;
  const std::size_t epochs = history.epoch.size();
  for (std::size_t i = 0; i < epochs; ++i) {
    Logs logs;
    for (const auto& [name, values] : history.history) {
      const std::size_t number = (i + 1) * values.size();  // of those before the end of this epoch
      if (number / epochs > i * values.size() / epochs) logs[name] = values[number / epochs - 1];
    }
    record.add(history.epoch[i], logs);
  }
  return record;
}

void observe(RunRecord& record, Model& model) {
  const autodiff::NotRecording not_recording;
  std::map<std::string, double> penalties;
  for (const Penalty& penalty : model.penalties())
    penalties[penalty.layer + "/" + penalty.source] += static_cast<double>(penalty.value.item());
  for (const auto& [name, value] : penalties) record.add_to(record.penalties, name, value);
  const std::int64_t step = model.optimizer().calls();
  const auto add_factors = [&](const Layer& layer, std::string_view slot) {
    for (const auto& [name, value] : models::factors_in_force(layer, slot, step))
      record.add_to(record.factors, name.substr(std::string_view("reg_factor/").size()), value);
  };
  models::visit_layers(model, [&](const Layer& layer) {
    add_factors(layer, "activity");
    for (const Variable& weight : layer.own_weights()) add_factors(layer, weight.name());
  });
  record.add_to(record.rates, "learning_rate",
                static_cast<double>(model.optimizer().learning_rate()));
  for (const auto& [path, weight] : model.named_weights()) {
    const Tensor value = weight.value();
    if (weight.integer() || value.size() == 0) continue;
    record.add_to(record.zeros, path, share_of(models::zeros_in(value).zeros, value.size()));
  }
}

std::map<std::string, Histogram> histograms_of(const Model& model) {
  const autodiff::NotRecording not_recording;
  std::map<std::string, Histogram> histograms;
  for (const auto& [path, weight] : model.named_weights()) {
    if (weight.integer()) continue;
    const Tensor value = weight.value();
    histograms.emplace(path, histogram_of(value.data(), value.size(), kFineBins));
  }
  return histograms;
}

void observe_weights(RunRecord& record, const Model& model) {
  record.weights.clear();
  const auto now = histograms_of(model);
  for (const auto& [path, weight] : model.named_weights()) {
    if (weight.integer()) continue;
    const auto before = record.start.find(path);
    record.weights.push_back(
        {.path = path,
         .shape = to_string(weight.shape()),
         .start = before == record.start.end() ? std::nullopt : std::optional(before->second),
         .end = now.at(path)});
  }
  const autodiff::NotRecording not_recording;
  record.maps = maps_of(model);
}

}  // namespace strata::plots
