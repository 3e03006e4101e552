// The figures of a regularization path: losses by factor, shares of zeros, and coefficients.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "plots/run_record.hpp"

namespace strata::plots {
namespace {

constexpr std::int64_t kMostCoefficients = 32;  // that are drawn, a line each

Series path_series(const RegularizationPath& path, const std::string& name, int color, bool dashed,
                   const auto& point_of) {
  Series series{.name = name, .color = color, .dashed = dashed};
  for (const RegularizationPathPoint& point : path.points) series.points.push_back(point_of(point));
  return series;
}

LineChart path_chart(std::string title, std::string description) {
  return {.title = std::move(title),
          .description = std::move(description),
          .x_label = "factor",
          .whole_x = false,
          .logarithmic_x = true};
}

// The factors to take, and those whose training failed.
std::vector<Mark> marks_of(const RegularizationPath& path) {
  const float best = path.best();
  std::vector<Mark> marks = {{static_cast<double>(best), fmt::format("lowest: {:g}", best)}};
  if (path.folds > 0) {
    const float strongest = path.one_standard_error();
    marks.push_back({static_cast<double>(strongest),
                     fmt::format("within one standard error: {:g}", strongest)});
  }
  for (const RegularizationPathPoint& point : path.points) {
    if (!point.failure.empty()) {
      marks.push_back(
          {static_cast<double>(point.factor), fmt::format("failed: {:g}", point.factor)});
    }
  }
  return marks;
}

std::string failures_text(const RegularizationPath& path) {
  std::string words;
  for (const RegularizationPathPoint& point : path.points) {
    if (!point.failure.empty())
      words += fmt::format(" Training failed at factor {:g}: {}", point.factor, point.failure);
  }
  return words;
}

Figure path_losses(const RegularizationPath& path, const std::vector<Mark>& marks) {
  const RegularizationPathPoint& best = path.at(path.best());
  std::string words =
      fmt::format("The lowest mean data loss on held-out data is {}, at factor {:g}.",
                  number_text(best.val_data_loss.mean), best.factor);
  if (path.folds > 0) {
    words += fmt::format(
        " The strongest factor within one standard error of it is {:g}. Bars are one standard "
        "error "
        "of the mean over {} folds.",
        path.one_standard_error(), path.folds);
  }
  LineChart chart = path_chart("Data loss by factor", words + failures_text(path));
  chart.y_label = "data loss";
  chart.marks = marks;
  const auto figure = [](const PathFigure RegularizationPathPoint::*member) {
    return [member](const RegularizationPathPoint& point) {
      return Point{static_cast<double>(point.factor), (point.*member).mean,
                   (point.*member).standard_error.value_or(0.0)};
    };
  };
  chart.lines.push_back(
      path_series(path, "held out", 0, false, figure(&RegularizationPathPoint::val_data_loss)));
  chart.lines.push_back(
      path_series(path, "trained on", 1, true, [](const RegularizationPathPoint& point) {
        return Point{static_cast<double>(point.factor), point.data_loss.mean};
      }));
  return draw(chart);
}

Figure path_zeros(const RegularizationPath& path, const std::vector<Mark>& marks) {
  const auto share = [](const auto& count_of) {
    return [count_of](const RegularizationPathPoint& point) {
      const ZeroCount count = count_of(point);
      return Point{static_cast<double>(point.factor),
                   point.failure.empty() ? share_of(count.zeros, count.total) : NAN};
    };
  };
  LineChart chart = path_chart("Zeros by factor",
                               "The share of numbers, of inputs and of units that are exactly 0 "
                               "after training on all data.");
  chart.shares = true;
  chart.marks = marks;
  chart.lines.push_back(
      path_series(path, "weights and biases", 0, false,
                  share([](const auto& point) { return point.sparsity.elements; })));
  chart.lines.push_back(path_series(path, "inputs of layers", 1, true,
                                    share([](const auto& point) { return point.inputs(); })));
  chart.lines.push_back(path_series(path, "units", 2, true,
                                    share([](const auto& point) { return point.outputs(); })));
  return draw(chart);
}

// Of a model whose first weight is small.
void add_coefficients(const RegularizationPath& path, std::vector<Figure>& figures) {
  const auto& weights = path.at(path.best()).weights;
  if (weights.empty()) return;
  const auto& [name, weight] = weights.front();
  if (weight.size() > kMostCoefficients) return;
  LineChart chart =
      path_chart(fmt::format("{} by factor", name),
                 fmt::format("Its {} elements, after training on all data.", weight.size()));
  for (std::int64_t i = 0; i < weight.size(); ++i) {
    const auto index = static_cast<int>(i);
    chart.lines.push_back(
        path_series(path, fmt::format("{}", i), index % kColors, index / kColors % 2 == 1,
                    [i](const RegularizationPathPoint& point) {
                      return Point{static_cast<double>(point.factor),
                                   !point.weights.empty()
                                       ? static_cast<double>(point.weights.front().second.data()[i])
                                       : NAN};
                    }));
  }
  figures.push_back(draw(chart));
}

}  // namespace

std::vector<Figure> figures_of(const RegularizationPath& path) {
  const auto has_loss = [](const RegularizationPathPoint& point) {
    return !std::isnan(point.val_data_loss.mean);
  };
  if (std::none_of(path.points.begin(), path.points.end(), has_loss)) return {};
  const std::vector<Mark> marks = marks_of(path);
  std::vector<Figure> figures = {path_losses(path, marks), path_zeros(path, marks)};
  add_coefficients(path, figures);
  return figures;
}

}  // namespace strata::plots
