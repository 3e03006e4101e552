// The table of a model's layers, as Keras draws it.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <regex>

#include "core/check.hpp"
#include "models/zero_counts.hpp"
#include "strata/models/sequential.hpp"
#include "tensor/format.hpp"

namespace strata {
namespace {

using Row = std::vector<std::string>;

std::string with_thousands(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string memory(std::int64_t elements) {
  constexpr std::array kUnits = {"B", "KB", "MB", "GB", "TB", "PB"};
  double size = 4.0 * static_cast<double>(elements);
  std::size_t unit = 0;
  for (; size >= 1024.0 && unit + 1 < kUnits.size(); ++unit) size /= 1024.0;
  return fmt::format("{:.2f} {}", size, kUnits[unit]);
}

std::int64_t count(const std::vector<Variable>& variables) {
  std::int64_t total = 0;
  for (const Variable& variable : variables) total += variable.shape().element_count();
  return total;
}

std::string regularizers_of(const Layer& layer) {
  std::string text;
  const auto add = [&](const std::string& name) { text += (text.empty() ? "" : ", ") + name; };
  for (const Variable& weight : layer.weights()) {
    if (weight.regularizer()) add(weight.name());
  }
  if (layer.activity_regularizer()) add("activity");
  return text.empty() ? "-" : text;
}

std::string zeros_of(const Layer& layer) {
  std::int64_t zeros = 0;
  for (const Variable& weight : layer.weights()) zeros += models::zeros_in(weight.value()).zeros;
  return layer.weights().empty() ? "-" : with_thousands(zeros);
}

// Text cut into lines of at most `width` characters, at spaces where there are some.
std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines;
  std::string rest = text;
  while (rest.size() > width) {
    std::size_t cut = rest.rfind(' ', width);
    const bool at_space = cut != std::string::npos && cut > 0;
    if (!at_space) cut = width;
    lines.push_back(rest.substr(0, cut));
    rest = rest.substr(cut + (at_space ? 1 : 0));
  }
  lines.push_back(rest);
  return lines;
}

class Table {
 public:
  Table(std::vector<int> edges, std::vector<bool> right) : right_(std::move(right)) {
    int before = 0;
    for (const int edge : edges) {
      widths_.push_back(static_cast<std::size_t>(edge - before - 1));
      before = edge;
    }
    widths_[1] -= 1;  // as Keras rounds
  }

  std::string draw(const Row& header, const std::vector<Row>& rows) const {
    std::string text = rule("┏", "━", "┳", "┓") + cells(header, "┃") + rule("┡", "━", "╇", "┩");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      text += cells(rows[i], "│");
      text += i + 1 < rows.size() ? rule("├", "─", "┼", "┤") : rule("└", "─", "┴", "┘");
    }
    if (rows.empty()) text += rule("└", "─", "┴", "┘");
    return text;
  }

 private:
  std::string rule(const char* left, const char* line, const char* middle,
                   const char* right) const {
    std::string text = left;
    for (std::size_t i = 0; i < widths_.size(); ++i) {
      if (i > 0) text += middle;
      for (std::size_t k = 0; k < widths_[i]; ++k) text += line;
    }
    return text + right + "\n";
  }

  std::string cells(const Row& row, const char* border) const {
    std::vector<std::vector<std::string>> columns;
    std::size_t height = 1;
    for (std::size_t i = 0; i < row.size(); ++i) {
      columns.push_back(wrapped(row[i], widths_[i] - 2));
      height = std::max(height, columns.back().size());
    }
    std::string text;
    for (std::size_t line = 0; line < height; ++line) {
      text += border;
      for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::string cell = line < columns[i].size() ? columns[i][line] : "";
        const std::size_t width = widths_[i] - 2;
        text +=
            right_[i] ? fmt::format(" {:>{}} ", cell, width) : fmt::format(" {:<{}} ", cell, width);
        text += border;
      }
      text += "\n";
    }
    return text;
  }

  std::vector<std::size_t> widths_;
  std::vector<bool> right_;
};

int terminal_columns() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::optional<Shape> any_batch(std::optional<Shape> shape) {
  if (shape && shape->rank() > 0) (*shape)[0] = Shape::kUnknown;
  return shape;
}

// The output shape, unknown if the layer can't compute it or the input doesn't fit.
std::optional<Shape> output_shape(Layer& layer, const std::optional<Shape>& input) {
  if (!input) return std::nullopt;
  try {
    return layer.compute_output_shape(*input);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::string parameters(const Layer& layer) {
  const std::string number = with_thousands(count(layer.weights()));
  return layer.built() ? number : number + " (unbuilt)";
}

struct LayerRange {
  std::size_t begin, end;
};

std::regex regular_expression(const std::string& who, const std::string& text) {
  try {
    return std::regex(text);
  } catch (const std::regex_error&) {
    raise(who, "layer_range must hold regular expressions. Received: \"{}\".", text);
  }
}

using Layers = std::vector<std::shared_ptr<Layer>>;

// The places of the layers whose names the expression matches from their beginning on.
std::vector<std::size_t> matching(const Layers& layers, const std::regex& expression) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (std::regex_search(layers[i]->name(), expression, std::regex_constants::match_continuous))
      found.push_back(i);
  }
  return found;
}

// As Keras has it, the two may be given in either order.
LayerRange layer_range(const Model& model, const std::vector<std::string>& names) {
  if (names.empty()) return {0, model.layers().size()};
  const std::string who = model.name() + ".summary";
  check(names.size() == 2, who, "layer_range must hold two names. Received: {} names.",
        names.size());
  const Layers layers = model.layers();
  const std::vector<std::size_t> first = matching(layers, regular_expression(who, names[0]));
  const std::vector<std::size_t> last = matching(layers, regular_expression(who, names[1]));
  check(
      !first.empty() && !last.empty(), who,
      "layer_range must match names of the model's layers. Received: layer_range=[\"{}\", \"{}\"].",
      names[0], names[1]);
  if (first.front() > last.back()) return {last.front(), first.back() + 1};
  return {first.front(), last.back() + 1};
}

class Rows {
 public:
  explicit Rows(const SummaryOptions& options) : options_(options) {}

  // `input` is the shape at the first layer of a chain; unknown until the model is built.
  void add(const Model& model, std::optional<Shape> input, LayerRange range, int depth = 0) {
    const bool is_chain = dynamic_cast<const Sequential*>(&model) != nullptr;
    const Layers layers = model.layers();
    for (std::size_t i = 0; i < range.end; ++i) {
      if (!is_chain) input = any_batch(layers[i]->build_shape());
      const std::optional<Shape> output = output_shape(*layers[i], input);
      if (i >= range.begin) add(*layers[i], input, output, depth);
      input = output;
    }
  }

  std::vector<Row> rows;

 private:
  void add(const Layer& layer, const std::optional<Shape>& input,
           const std::optional<Shape>& output, int depth) {
    rows.push_back(row(layer, output, depth));
    const auto* nested = dynamic_cast<const Model*>(&layer);
    if (nested != nullptr && options_.expand_nested)
      add(*nested, input, {0, nested->layers().size()}, depth + 1);
  }

  Row row(const Layer& layer, const std::optional<Shape>& output, int depth) const {
    const std::string indent =
        depth == 0 ? "" : std::string(static_cast<std::size_t>(3 * depth), ' ') + "└ ";
    Row row = {indent + layer.name() + " (" + layer.class_name() + ")",
               output ? to_string(*output) : "?", parameters(layer)};
    if (options_.show_trainable)
      row.push_back(layer.weights().empty() ? "-" : layer.trainable() ? "Y" : "N");
    if (options_.show_regularizers) row.push_back(regularizers_of(layer));
    if (options_.show_zeros) row.push_back(zeros_of(layer));
    return row;
  }

  const SummaryOptions& options_;
};

// Where the first three columns end, in characters.
std::vector<int> column_edges(const std::string& model, const std::vector<double>& positions,
                              int width) {
  if (positions.empty()) return column_edges(model, {0.45, 0.8, 1.0}, width);
  const std::string who = model + ".summary";
  check(positions.size() == 3, who,
        "positions must be three shares of the line. Received: {} shares.", positions.size());
  std::vector<int> edges;
  for (const double share : positions) {
    check(share > 0.0 && share <= 1.0, who, "positions must be in (0, 1]. Received: {}.", share);
    edges.push_back(static_cast<int>(width * share));
    const int before = edges.size() > 1 ? edges[edges.size() - 2] : 0;
    check(edges.back() - before >= 5, who,
          "positions must leave five characters to every column of a line of {}. Received: [{}].",
          width, fmt::join(positions, ", "));
  }
  return edges;
}

}  // namespace

void Model::summary(const SummaryOptions& options) {
  check(options.line_length == 0 || options.line_length >= 24, name() + ".summary",
        "line_length must be at least 24. Received: line_length={}.", options.line_length);
  const int width =
      options.line_length > 0 ? options.line_length : std::clamp(terminal_columns() - 4, 40, 88);
  std::vector<int> edges = column_edges(name(), options.positions, width);
  Row header = {"Layer (type)", "Output Shape", "Param #"};
  std::vector<bool> right = {false, false, true};
  const auto add_column = [&](const char* title, int columns) {
    header.emplace_back(title);
    edges.push_back(edges.back() + columns);
    right.push_back(false);
  };
  if (options.show_trainable) add_column("Trainable", 12);
  if (options.show_regularizers) add_column("Regularizers", 16);
  if (options.show_zeros) add_column("Zeros", 14);

  Rows rows(options);
  rows.add(*this, build_shape(), layer_range(*this, options.layer_range));
  std::string text =
      fmt::format("Model: \"{}\"\n", name()) + Table(edges, right).draw(header, rows.rows);

  const std::int64_t trainable = count(trainable_variables());
  const std::int64_t frozen = count(non_trainable_variables());
  const std::int64_t state = compiled() && optimizer().built() ? count(optimizer().variables()) : 0;
  const auto total = [&](const char* title, std::int64_t number) {
    text += fmt::format(" {}: {} ({})\n", title, with_thousands(number), memory(number));
  };
  total("Total params", trainable + frozen + state);
  total("Trainable params", trainable);
  total("Non-trainable params", frozen);
  if (state > 0) total("Optimizer params", state);
  if (options.print_fn) {
    options.print_fn(text);
  } else {
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
  }
}

}  // namespace strata
