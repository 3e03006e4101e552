// shrink: finds the units that nobody needs, folds constant ones, and makes the model without them.
#include "strata/compression/shrink.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "activations/builtin_name.hpp"
#include "autodiff/not_recording.hpp"
#include "compression/model_copy.hpp"
#include "core/check.hpp"
#include "core/text_table.hpp"
#include "strata/layers/convolution.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/select.hpp"
#include "strata/ops/array.hpp"
#include "strata/optimizers/scheduled.hpp"
#include "tensor/format.hpp"

namespace strata {
namespace compression {
namespace {

constexpr const char* kShrink = "shrink";

std::int64_t count(const std::vector<bool>& flags) {
  return std::count(flags.begin(), flags.end(), true);
}

// A Dense or a convolution: products of its inputs' features with a kernel (positions, inputs,
// units). Which of the features and units are left.
struct Product {
  std::size_t place;
  ActivationSpec activation;
  Tensor kernel;
  std::int64_t positions = 1;
  std::int64_t uses = 1;  // of each weight for one sample
  std::vector<bool> inputs = {};
  std::vector<bool> units = {};
  std::vector<double> bias = {};
  bool has_bias = false;
  bool makes_bias = false;
  bool pads = false;
  std::string fixed = {};  // why neither its inputs nor its units may change
  int stuck = 0;           // constant units that had to stay

  float weight(std::int64_t position, std::size_t input, std::size_t unit) const {
    const auto row = static_cast<std::size_t>(position) * inputs.size() + input;
    return kernel.data()[row * units.size() + unit];
  }
  bool needs(std::size_t input) const {
    for (std::int64_t position = 0; position < positions; ++position) {
      for (std::size_t unit = 0; unit < units.size(); ++unit) {
        if (units[unit] && weight(position, input, unit) != 0.0f) return true;
      }
    }
    return false;
  }
  bool is_constant(std::size_t unit) const {
    for (std::int64_t position = 0; position < positions; ++position) {
      for (std::size_t input = 0; input < inputs.size(); ++input) {
        if (inputs[input] && weight(position, input, unit) != 0.0f) return false;
      }
    }
    return true;
  }
};

// The layers between two products, or between the inputs and the first: `chain[first]` up to
// `chain[last]`, which is the product's. `units[i]` is in front of `chain[first + i]`.
struct Way {
  std::size_t first = 0;
  std::size_t last = 0;
  std::size_t next = 0;  // the product, among the products
  std::vector<UnitAxis> units = {};
  std::string why = {};  // it ends before the product

  bool open() const { return why.empty(); }
  const std::vector<int>& unit_of_input() const { return units.back().unit; }
};

// Why a rule of the layer's weights would refuse them in another shape; empty if it would not.
std::string fixed_rule(const Layer& layer) {
  for (const Variable& weight : layer.own_weights()) {
    Shape other = weight.shape();
    for (int i = 0; i < other.rank(); ++i) other[i] += weight.axes().gates;
    try {
      if (weight.regularizer()) {
        const RegularizerSpec fresh(Regularizer::to_object(*weight.regularizer()));
        fresh->check_slot({.shape = other, .axes = weight.axes()}, layer.name());
      }
      if (weight.constraint()) {
        const ConstraintSpec fresh(Constraint::to_object(*weight.constraint()));
        fresh->check_weight(other, layer.name());
      }
    } catch (const std::invalid_argument&) {
      return fmt::format("a rule of its {} takes no other shape", weight.name());
    }
  }
  return {};
}

std::optional<ActivationSpec> activation_of(const Layer& layer) {
  std::optional<ActivationSpec> found;
  const auto ask = [&]<class L>(const L*) {
    if (typeid(layer) == typeid(L)) found = static_cast<const L&>(layer).activation();
  };
  ask(static_cast<const layers::Dense*>(nullptr));
  ask(static_cast<const layers::Conv1D*>(nullptr));
  ask(static_cast<const layers::Conv2D*>(nullptr));
  ask(static_cast<const layers::Conv3D*>(nullptr));
  return found;
}

std::int64_t uses_of(const PlacedLayer& placed) {
  const Shape& output = placed.shapes.output;
  const int axis = channel_axis(placed.config(), output);
  std::int64_t uses = 1;
  for (int i = 1; i < output.rank(); ++i) {
    if (i != axis) uses *= std::max<std::int64_t>(output[i], 1);
  }
  return uses;
}

// Nothing for a layer that is neither.
std::optional<Product> product_of(const PlacedLayer& placed, std::size_t place) {
  const Layer& layer = *placed.layer;
  const auto activation = activation_of(layer);
  if (!activation) return std::nullopt;
  Product product{.place = place, .activation = *activation, .kernel = layer.weight("kernel")};
  const Config& config = placed.config();
  if (config.value("groups", 1) != 1) return std::nullopt;
  const Shape& shape = product.kernel.shape();
  const int rank = shape.rank();
  product.positions = shape.without(rank - 1).without(rank - 2).element_count();
  product.uses = uses_of(placed);
  product.inputs.assign(static_cast<std::size_t>(shape[rank - 2]), true);
  product.units.assign(static_cast<std::size_t>(shape[rank - 1]), true);
  product.has_bias = config.at("use_bias").get<bool>();
  product.bias.assign(product.units.size(), 0.0);
  if (product.has_bias) {
    const Tensor bias = layer.weight("bias");
    product.bias.assign(bias.values().begin(), bias.values().end());
  }
  product.pads = config.value("padding", "valid") != "valid";
  product.fixed = fixed_rule(layer);
  return product;
}

// Empty if the activation acts by element.
std::string why_mixing(const ActivationSpec& activation) {
  if (acts_by_element(activation)) return {};
  const std::string_view name = activations::builtin_name(*activation);
  return name.empty() ? "its activation may mix units"
                      : fmt::format("its activation {} mixes units", name);
}

// The slices of a weight along an axis that were kept.
struct Slice {
  int axis;
  std::vector<bool> kept;
};

// A tensor of the former shape with the elements of `left` where they were, and 0 elsewhere.
Tensor with_zeros_for(const Shape& shape, const Tensor& left, const std::vector<Slice>& slices) {
  Tensor spread = left;
  for (const auto& [axis, kept] : slices) {
    // Index 0 of the padded tensor is the zero.
    std::vector<std::pair<std::int64_t, std::int64_t>> padding(
        static_cast<std::size_t>(spread.rank()));
    padding[static_cast<std::size_t>(axis)].first = 1;
    std::vector<float> indices;
    float next = 1.0f;
    for (const bool is_kept : kept) indices.push_back(is_kept ? next++ : 0.0f);
    spread = ops::gather(ops::pad(spread, padding), Tensor({shape[axis]}, indices), axis);
  }
  return spread;
}

float penalty_of(const Regularizer& rule, const Tensor& value, const Variable& weight) {
  return regularizers::scalar_penalty(rule, value, weight.name(), weight.axes()).item();
}

class Shrinking {
 public:
  explicit Shrinking(const Model& model) : source_(model), copy_(kShrink, model) {
    for (std::size_t i = 0; i < chain().size(); ++i) {
      if (auto product = product_of(chain()[i], i)) products_.push_back(std::move(*product));
    }
    for (std::size_t i = 0; i < products_.size(); ++i) ways_.push_back(way_behind(i));
  }

  void select_inputs() {
    if (products_.empty()) {
      entry_.why = "the model has no Dense or convolution that is followed";
    } else {
      entry_ = way_in();
    }
    selects_ = true;
    if (entry_.open()) used_.assign(entry_.units.front().unit.size(), true);
  }

  void drop() {
    while (drop_unneeded() || drop_constant()) {
    }
    if (selects_ && entry_.open()) drop_inputs();
  }

  ShrunkModel make() {
    ShrunkModel result;
    ShrinkReport& report = result.report;
    for (const Product& product : products_) keep_in(product);
    for (std::size_t i = 0; i < products_.size(); ++i) {
      if (ways_[i].open()) keep_between(ways_[i], products_[i].units);
    }
    if (selects_) report.inputs_note = entry_.why;
    if (selects_ && entry_.open()) {
      report.inputs = {static_cast<std::int64_t>(used_.size()), count(used_)};
      keep_between(entry_, used_);
      if (count(used_) < static_cast<std::int64_t>(used_.size())) put_select();
    }
    std::sort(activities_.begin(), activities_.end());
    result.model = copy_.make();
    describe(*result.model, report);
    return result;
  }

 private:
  const std::vector<PlacedLayer>& chain() const { return copy_.layers(); }

  // Goes on from units in front of `chain[way.first]`.
  Way followed(Way way) const {
    for (way.last = way.first; way.last < chain().size(); ++way.last) {
      const PlacedLayer& placed = chain()[way.last];
      const UnitAxis& units = way.units.back();
      const auto product =
          std::find_if(products_.begin(), products_.end(),
                       [&](const Product& each) { return each.place == way.last; });
      if (product != products_.end()) {
        way.next = static_cast<std::size_t>(product - products_.begin());
        if (channel_axis(placed.config(), placed.shapes.input) != units.axis)
          way.why = fmt::format("its units are not the inputs of {}", placed.path);
        return way;
      }
      if (const std::string fixed = fixed_rule(*placed.layer); !fixed.empty()) {
        way.why = fmt::format("{} behind it is fixed: {}", placed.path, fixed);
        return way;
      }
      auto behind = units_behind(*placed.layer, placed.shapes, units);
      if (!behind) {
        way.why = fmt::format("{} ({}) behind it is not followed", placed.path,
                              placed.layer->class_name());
        return way;
      }
      way.units.push_back(std::move(*behind));
    }
    way.why = "its units are the model's outputs";
    return way;
  }

  Way way_behind(std::size_t index) const {
    const Product& product = products_[index];
    const PlacedLayer& placed = chain()[product.place];
    Way way{.first = product.place + 1};
    way.why = product.fixed.empty() ? why_mixing(product.activation) : product.fixed;
    if (!way.open()) return way;
    UnitAxis units{channel_axis(placed.config(), placed.shapes.output), {}};
    for (std::size_t unit = 0; unit < product.units.size(); ++unit)
      units.unit.push_back(static_cast<int>(unit));
    way.units.push_back(std::move(units));
    return blocked_by_next(followed(std::move(way)));
  }

  Way blocked_by_next(Way way) const {
    if (!way.open()) return way;
    const Product& next = products_[way.next];
    if (!next.fixed.empty())
      way.why = fmt::format("{} behind it is fixed: {}", chain()[way.last].path, next.fixed);
    return way;
  }

  // From where the features are told apart most, as far in front as they are; not behind layers
  // that are trained, which have units of their own.
  Way way_in() const {
    Way best{.why = "the inputs can't be followed to the first Dense or convolution"};
    for (std::size_t first = 0; first <= products_.front().place; ++first) {
      if (first > 0 && !chain()[first - 1].layer->trainable_variables().empty()) break;
      const Shape& shape = chain()[first].shapes.input;
      if (shape.rank() < 2 || shape.back() == Shape::kUnknown) continue;
      Way way{.first = first, .units = {{shape.rank() - 1, {}}}};
      for (int feature = 0; feature < shape.back(); ++feature)
        way.units.front().unit.push_back(feature);
      way = blocked_by_next(followed(std::move(way)));
      if (!way.open()) continue;
      if (!best.open() || way.units.front().unit.size() > best.units.front().unit.size())
        best = std::move(way);
    }
    return best;
  }

  // A layer has one unit at least.
  static bool may_drop(const std::vector<bool>& units) { return count(units) > 1; }

  void drop_unit(std::size_t index, std::size_t unit) {
    products_[index].units[unit] = false;
    drop_from_inputs(ways_[index], unit);
  }

  void drop_from_inputs(const Way& way, std::size_t unit) {
    Product& next = products_[way.next];
    for (std::size_t input = 0; input < next.inputs.size(); ++input) {
      if (way.unit_of_input()[input] == static_cast<int>(unit)) next.inputs[input] = false;
    }
  }

  std::vector<bool> needed(const Way& way, std::size_t units) const {
    const Product& next = products_[way.next];
    std::vector<bool> needed(units, false);
    for (std::size_t input = 0; input < next.inputs.size(); ++input) {
      if (next.inputs[input] && next.needs(input))
        needed[static_cast<std::size_t>(way.unit_of_input()[input])] = true;
    }
    return needed;
  }

  bool drop_unneeded() {
    bool dropped = false;
    for (std::size_t i = products_.size(); i-- > 0;) {
      if (!ways_[i].open()) continue;
      std::vector<bool>& units = products_[i].units;
      const std::vector<bool> is_needed = needed(ways_[i], units.size());
      for (std::size_t unit = 0; unit < units.size(); ++unit) {
        if (!units[unit] || is_needed[unit] || !may_drop(units)) continue;
        drop_unit(i, unit);
        dropped = true;
      }
    }
    return dropped;
  }

  bool drop_constant() {
    bool dropped = false;
    for (std::size_t i = 0; i < products_.size(); ++i) {
      Product& product = products_[i];
      product.stuck = 0;
      if (!ways_[i].open()) continue;
      for (std::size_t unit = 0; unit < product.units.size(); ++unit) {
        if (!product.units[unit] || !product.is_constant(unit)) continue;
        if (may_drop(product.units) && fold(i, unit)) {
          drop_unit(i, unit);
          dropped = true;
        } else {
          ++product.stuck;
        }
      }
    }
    return dropped;
  }

  // Adds what a constant unit contributes to the next layer to the bias there.
  bool fold(std::size_t index, std::size_t unit) {
    const Product& product = products_[index];
    const Way& way = ways_[index];
    const float sum = static_cast<float>(product.bias[unit]);
    const float output =
        product.activation ? (*product.activation)(Tensor({1, 1}, {sum})).item() : sum;
    Constants constants(product.units.size());
    constants[unit] = output;
    for (std::size_t i = 0; i + 1 < way.units.size(); ++i) {
      const PlacedLayer& placed = chain()[way.first + i];
      constants =
          constants_behind(*placed.layer, placed.shapes, way.units[i], way.units[i + 1], constants);
    }
    Product& next = products_[way.next];
    std::vector<double> contributed(next.units.size(), 0.0);
    for (std::size_t input = 0; input < next.inputs.size(); ++input) {
      if (way.unit_of_input()[input] != static_cast<int>(unit)) continue;
      const auto& constant = constants[input];
      if (!constant || !std::isfinite(*constant)) return false;
      if (*constant == 0.0f) continue;
      if (next.pads) return false;
      for (std::int64_t position = 0; position < next.positions; ++position) {
        for (std::size_t each = 0; each < next.units.size(); ++each)
          contributed[each] += static_cast<double>(next.weight(position, input, each)) *
                               static_cast<double>(*constant);
      }
    }
    for (std::size_t each = 0; each < next.units.size(); ++each) {
      next.bias[each] += contributed[each];
      next.makes_bias = next.makes_bias || (!next.has_bias && contributed[each] != 0.0);
    }
    return true;
  }

  void drop_inputs() {
    const std::vector<bool> is_needed = needed(entry_, used_.size());
    for (std::size_t feature = 0; feature < used_.size(); ++feature) {
      if (is_needed[feature] || !may_drop(used_)) continue;
      used_[feature] = false;
      drop_from_inputs(entry_, feature);
    }
  }

  // Weights and config of the product.
  void keep_in(const Product& product) {
    const PlacedLayer& placed = chain()[product.place];
    const bool inputs_change = count(product.inputs) < std::ssize(product.inputs);
    const bool units_change = count(product.units) < std::ssize(product.units);
    const int rank = product.kernel.shape().rank();
    if (inputs_change) slice(placed.weight("kernel"), rank - 2, product.inputs);
    if (units_change) {
      slice(placed.weight("kernel"), rank - 1, product.units);
      placed.config()[placed.config().contains("units") ? "units" : "filters"] =
          count(product.units);
      note_activity(placed);
    }
    if (product.has_bias || product.makes_bias) {
      const std::vector<float> bias(product.bias.begin(), product.bias.end());
      const std::string path = placed.weight("bias");
      copy_.weights()[path].value = Tensor({std::ssize(bias)}, bias);
      if (units_change) slice(path, 0, product.units);
    }
    if (product.makes_bias) placed.config()["use_bias"] = true;
    copy_.rebuild(placed);
  }

  // Weights and configs of the layers on the way.
  void keep_between(const Way& way, const std::vector<bool>& units) {
    const bool changes = count(units) < std::ssize(units);
    for (std::size_t place = way.first; place < way.last; ++place) {
      const PlacedLayer& placed = chain()[place];
      const UnitAxis& behind = way.units[place - way.first + 1];
      copy_.rebuild(placed);
      if (!changes) continue;
      std::vector<bool> kept;
      for (const int unit : behind.unit) kept.push_back(units[static_cast<std::size_t>(unit)]);
      keep_in_config(*placed.layer, behind, kept, placed.config());
      note_activity(placed);
      for (const Variable& weight : placed.layer->own_weights()) {
        if (const auto axis = unit_axis_of_weight(*placed.layer, behind, weight.shape()))
          slice(placed.weight(weight.name()), *axis, kept);
      }
    }
  }

  void slice(const std::string& path, int axis, const std::vector<bool>& kept) {
    CopiedWeight& weight = copy_.weights().at(path);
    const Shape shape = weight.value.shape();
    weight.value = kept_along(weight.value, axis, kept);
    for (Tensor& each : weight.kept)
      if (each.shape() == shape) each = kept_along(each, axis, kept);
    slices_[path].push_back({axis, kept});
  }

  void note_activity(const PlacedLayer& placed) {
    if (const auto& rule = placed.layer->activity_regularizer())
      activities_.push_back(fmt::format("{}: {}", placed.weight("activity"), class_of(*rule)));
  }

  static std::string class_of(const Regularizer& rule) {
    const Config object = Regularizer::to_object(rule);
    const std::string name = object.value("class_name", "");
    const Config config = object.value("config", Config());
    const bool wraps = config.is_object() && config.contains("rule") && config["rule"].is_object();
    return wraps ? fmt::format("{}({})", name, config["rule"].value("class_name", "")) : name;
  }

  // In front of `chain[entry_.first]`; or as fewer indices of a Select that stands there.
  void put_select() {
    const PlacedLayer& placed = chain()[entry_.first];
    std::vector<int> indices = indices_of(used_);
    if (entry_.first > 0) {
      const PlacedLayer& before = chain()[entry_.first - 1];
      if (const auto* select = dynamic_cast<const layers::Select*>(before.layer.get())) {
        for (int& index : indices) index = select->indices()[static_cast<std::size_t>(index)];
        before.config()["indices"] = indices;
        return copy_.rebuild(before);
      }
    }
    copy_.insert(placed,
                 layers::Select({.indices = indices, .name = copy_.free_name(placed, "select")}));
  }

  std::int64_t parameters_of(const Model& model, const PlacedLayer& placed) const {
    std::int64_t sum = 0;
    for (const auto& [path, weight] : model.named_weights()) {
      if (path.starts_with(placed.path + "/")) sum += weight.shape().element_count();
    }
    return sum;
  }

  ShrunkLayer described(const PlacedLayer& placed, const Model& made) const {
    ShrunkLayer row{.layer = placed.path,
                    .parameters = {parameters_of(source_, placed), parameters_of(made, placed)}};
    for (std::size_t i = 0; i < products_.size(); ++i) {
      const Product& product = products_[i];
      if (chain()[product.place].layer != placed.layer) continue;
      row.units = {std::ssize(product.units), count(product.units)};
      const std::int64_t per_weight = product.positions * product.uses;
      row.multiply_adds = {per_weight * std::ssize(product.inputs) * std::ssize(product.units),
                           per_weight * count(product.inputs) * count(product.units)};
      row.note = ways_[i].why;
      if (ways_[i].open() && product.stuck > 0) {
        row.note = fmt::format("{} constant units had to stay", product.stuck);
      }
      return row;
    }
    if (row.parameters.before == row.parameters.after && !keeps_units_apart(*placed.layer))
      row.note = fmt::format("{} is not followed", placed.layer->class_name());
    return row;
  }

  void describe(const Model& made, ShrinkReport& report) const {
    for (const PlacedLayer& placed : chain()) {
      ShrunkLayer row = described(placed, made);
      if (row.parameters.before == 0 && row.parameters.after == 0) continue;
      if (row.multiply_adds) {
        report.multiply_adds.before += row.multiply_adds->before;
        report.multiply_adds.after += row.multiply_adds->after;
      }
      report.layers.push_back(std::move(row));
    }
    report.parameters = {source_.count_params(), made.count_params()};
    if (chain().empty()) {
      report.layers.push_back({.layer = source_.name(),
                               .parameters = report.parameters,
                               .note = "the model is no Sequential"});
    }
    find_changed_rules(made, report);
    report.changed_rules.insert(report.changed_rules.end(), activities_.begin(), activities_.end());
  }

  // A rule's value changes with the shape if it is another one with zeros in place of what went.
  void find_changed_rules(const Model& made, ShrinkReport& report) const {
    const regularizers::AtStep first(0);
    std::map<std::string, Variable> small;
    for (const auto& [path, weight] : made.named_weights()) small.emplace(path, weight);
    for (const auto& [path, weight] : source_.named_weights()) {
      const auto slices = slices_.find(path);
      if (slices == slices_.end() || weight.regularizer() == nullptr) continue;
      const Variable& left = small.at(path);
      const float with_zeros = penalty_of(
          *weight.regularizer(), with_zeros_for(weight.shape(), left, slices->second), weight);
      const float without = penalty_of(*left.regularizer(), left, left);
      if (std::abs(with_zeros - without) >
          1e-5f * std::max(std::abs(with_zeros), std::abs(without)))
        report.changed_rules.push_back(
            fmt::format("{}: {}", path, class_of(*weight.regularizer())));
    }
  }

  const Model& source_;
  ModelCopy copy_;
  std::vector<Product> products_;
  std::vector<Way> ways_;  // behind each product
  bool selects_ = false;
  Way entry_;
  std::vector<bool> used_;  // of the features at its beginning
  std::map<std::string, std::vector<Slice>> slices_;
  std::vector<std::string> activities_;
};

}  // namespace
}  // namespace compression

ShrunkModel shrink(const Model& model, const ShrinkOptions& options) {
  check(options.inputs == "keep" || options.inputs == "select", compression::kShrink,
        "inputs must be \"keep\" or \"select\". Received: inputs={}.", options.inputs);
  const autodiff::NotRecording not_recording;
  compression::Shrinking shrinking(model);
  if (options.inputs == "select") shrinking.select_inputs();
  shrinking.drop();
  return shrinking.make();
}

namespace {

std::string shown(const std::optional<BeforeAndAfter>& number) {
  return number ? fmt::format("{} -> {}", number->before, number->after) : "-";
}

}  // namespace

std::string to_string(const ShrinkReport& report) {
  std::vector<std::vector<std::string>> rows = {
      {"layer", "units", "parameters", "multiply-adds", ""}};
  if (report.inputs || !report.inputs_note.empty())
    rows.push_back({"inputs", shown(report.inputs), "", "", report.inputs_note});
  for (const ShrunkLayer& each : report.layers) {
    rows.push_back({each.layer, shown(each.units), shown(each.parameters),
                    shown(each.multiply_adds), each.note});
  }
  rows.push_back({"all", "", shown(report.parameters), shown(report.multiply_adds), ""});
  std::string text = text_table(rows, rows.front().size());
  for (const std::string& rule : report.changed_rules)
    text += fmt::format("another value in the new shape: {}\n", rule);
  return text;
}

}  // namespace strata
