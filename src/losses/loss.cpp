// Losses: reduction and weighting shared by all losses, and their construction from identifiers,
// callables and configs.
#include "strata/losses/loss.hpp"

#include <algorithm>
#include <array>

#include "autodiff/dependence.hpp"
#include "core/callable_rule.hpp"
#include "core/check.hpp"
#include "core/registry.hpp"
#include "losses/fields.hpp"
#include "losses/resolved_crossentropy.hpp"
#include "ops/align.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "tensor/format.hpp"

namespace strata {
namespace {

constexpr std::array kReductions = {"sum_over_batch_size", "mean", "sum", "none",
                                    "mean_with_sample_weight"};

bool is_plain_mean(const std::string& reduction) {
  return reduction == "sum_over_batch_size" || reduction == "mean";
}

bool is_zero(const Tensor& values) {
  const auto all = values.values();
  return std::all_of(all.begin(), all.end(), [](float value) { return value == 0.0f; });
}

Tensor ratio(const Tensor& sum, const Tensor& divisor) {
  return divisor.item() == 0.0f ? Tensor(0.0f) : sum / divisor;
}

/// `values` are weighted already; `weights` is undefined where there are none.
Tensor reduced(const Tensor& values, const Tensor& weights, const std::string& reduction) {
  const bool is_empty_vector = values.rank() == 1 && values.size() == 0;
  if (reduction == "none" || values.rank() == 0 || is_empty_vector) return values;
  if (reduction == "sum") return ops::sum(values);
  if (values.size() == 0) return 0.0f;
  if (!weights.defined() || is_plain_mean(reduction)) return ops::mean(values);
  const Tensor sum_of_weights = ops::sum(ops::broadcast_to(weights, values.shape()));
  return ratio(ops::sum(values), sum_of_weights);
}

/// A mask as weights: for means a position that counts weighs total / valid, so that the mean over
/// all is the mean over those that count.
Tensor weights_of_mask(const Tensor& mask, const std::string& reduction) {
  if (!mask.defined() || !is_plain_mean(reduction)) return mask;
  return ratio(mask * static_cast<float>(mask.size()), ops::sum(mask));
}

}  // namespace

Loss::Loss(LossOptions options) : options_(std::move(options)) {
  check(std::find(kReductions.begin(), kReductions.end(), options_.reduction) != kReductions.end(),
        "Loss", "reduction must be one of {}. Received: reduction={}.",
        fmt::join(kReductions, ", "), options_.reduction);
}

std::string Loss::name() const {
  return options_.name.empty() ? registry::snake_case(registry::class_name_of(typeid(*this)))
                               : options_.name;
}

Tensor Loss::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight,
                        const Tensor& prediction_mask) const {
  if (!y_true.defined() || !y_pred.defined()) {
    raise(who(), "y_true and y_pred must be defined. Received: an undefined {}.",
          y_true.defined() ? "y_pred" : "y_true");
  }
  const auto [targets, predictions] = ops::align_ranks(y_true, y_pred);
  const Tensor values = call(targets, predictions);
  if (!values.defined()) raise(who(), "a loss must return a tensor. Received: an undefined one.");
  if (autodiff::has_left_tape(values, predictions) && !is_zero(values)) {
    raise(who(),
          "a loss must depend on the predictions by ops, or it trains nothing; {}. Received: "
          "values of shape {} without a gradient.",
          autodiff::kLeavesTheTape, values.shape());
  }
  Tensor counts = mask(targets, predictions);
  if (prediction_mask.defined()) {
    const Tensor steps = fitted("mask", prediction_mask, values.shape());
    counts = counts.defined() ? counts * steps : steps;
  }
  Tensor weights = weights_of_mask(counts, options_.reduction);
  if (sample_weight.defined()) {
    const Tensor samples = fitted("sample_weight", sample_weight, values.shape());
    weights = weights.defined() ? weights * samples : samples;
  }
  if (!weights.defined()) return reduced(values, weights, options_.reduction);
  return reduced(values * weights, weights, options_.reduction);
}

// As weights that broadcast over the values.
Tensor Loss::fitted(const char* what, const Tensor& weights, const Shape& values) const {
  const auto shape = ops::weights_for(values, weights.shape());
  if (!shape) {
    raise<ShapeError>(who(),
                      "{0} must have one weight per sample, or one per value. Received: "
                      "{0}.shape={1}, values of shape {2}.",
                      what, weights.shape(), values);
  }
  return ops::reshape(weights, *shape);
}

std::string Loss::who() const {
  const auto* listed = registry::find(typeid(*this));
  return listed == nullptr ? name() : listed->class_name;
}

Tensor Loss::mask(const Tensor&, const Tensor&) const { return {}; }

void Loss::check_targets(const Tensor&, const Shape&) const {}

Config Loss::get_config() const {
  LossOptions named = options_;
  named.name = name();
  return write_fields([&](auto& fields) { losses::list_base_fields(fields, named); });
}

LossOptions Loss::options_in(const std::type_info& type, const Config& config) {
  LossOptions options;
  read_fields(registry::class_name_of(type), config,
              [&](auto& fields) { losses::list_base_fields(fields, options); });
  return options;
}

std::shared_ptr<const Loss> Loss::from_identifier(std::string_view identifier) {
  return named_rule<const Loss>("Loss", identifier);
}

std::shared_ptr<const Loss> Loss::from_object(const Config& config) {
  const std::string name = function_named_by(config);
  if (name.empty()) return read_rule<const Loss>("Loss", config);
  if (auto function = users_function<const Loss>(name)) return function;
  if (registry::find_identifier(typeid(Loss), name)) return from_identifier(name);
  return read_rule<const Loss>("Loss", config, registry::identifiers(typeid(Loss)));
}

std::shared_ptr<const Loss> Loss::from_function(Function function, std::string registered_name) {
  class Callable : public CallableRule<Loss> {
   public:
    using CallableRule::CallableRule;

   protected:
    Tensor call(const Tensor& y_true, const Tensor& y_pred) const override {
      return function()(y_true, y_pred);
    }
  };
  const LossOptions options{.name = callable_name(registered_name)};
  return std::make_shared<Callable>(std::move(function), std::move(registered_name), options);
}

Config Loss::to_object(const Loss& loss) {
  if (const auto* resolved = dynamic_cast<const losses::ResolvedCrossentropy*>(&loss))
    return resolved->identifier();
  return write_rule("Loss", loss);
}

namespace losses {

Config serialize(const LossSpec& loss) { return to_config(loss); }

LossSpec deserialize(const Config& config) { return LossSpec(config); }

LossSpec get(LossSpec identifier) { return identifier; }

}  // namespace losses
}  // namespace strata
