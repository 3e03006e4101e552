// RegularizationScheduler: asks its schedule for each penalty's factor when an epoch begins.
#include "strata/models/regularization_scheduler.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "models/rule_factors.hpp"
#include "strata/config.hpp"
#include "strata/models/model.hpp"
#include "strata/training/host.hpp"

namespace strata::callbacks {
namespace {

constexpr const char* kWho = "RegularizationScheduler";

void pick(const Layer& outer, const std::function<bool(const Layer&)>& where,
          std::vector<std::shared_ptr<Layer>>& picked) {
  for (const std::shared_ptr<Layer>& layer : outer.sublayers()) {
    if (std::find(picked.begin(), picked.end(), layer) == picked.end() && where(*layer))
      picked.push_back(layer);
    pick(*layer, where, picked);
  }
}

}  // namespace

std::vector<std::shared_ptr<Layer>> RegularizationScheduler::picked() const {
  std::vector<std::shared_ptr<Layer>> layers;
  const auto has_rule = [&](const Layer& layer) {
    return models::rule_in(layer, options_.weight) != nullptr;
  };
  pick(model().trained_model(), options_.where ? options_.where : has_rule, layers);
  check(!layers.empty(), kWho,
        "there must be a layer whose penalty is to be set. Received: none with one on its {}.",
        options_.weight);
  for (const auto& layer : layers) {
    check(has_rule(*layer), kWho,
          "a layer that is picked must have a penalty on this weight. Received: {}, without one on "
          "its {}.",
          layer->name(), options_.weight);
  }
  return layers;
}

void RegularizationScheduler::set(const std::vector<std::shared_ptr<Layer>>& layers,
                                  const std::vector<float>& factors) {
  std::vector<RegularizerSpec> rules;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    rules.emplace_back(models::with_factor(models::rule_in(*layers[i], options_.weight),
                                           options_.factor, factors[i], kWho));
  }
  factors_.clear();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    layers[i]->set_regularizer(options_.weight, rules[i]);
    factors_[layers[i]->name() + "/" + options_.weight] = factors[i];
  }
}

std::vector<float> RegularizationScheduler::present(
    const std::vector<std::shared_ptr<Layer>>& layers) const {
  std::vector<float> factors;
  for (const auto& layer : layers) {
    const auto rule = models::rule_in(*layer, options_.weight);
    factors.push_back(models::factor_of(*rule, options_.factor, kWho).second);
  }
  return factors;
}

// So that what can't be set is found before the first epoch, and there is a state from then on.
void RegularizationScheduler::on_train_begin(const Logs&) {
  const auto layers = picked();
  const std::vector<float> factors = present(layers);
  factors_.clear();
  for (std::size_t i = 0; i < layers.size(); ++i)
    factors_[layers[i]->name() + "/" + options_.weight] = factors[i];
}

void RegularizationScheduler::on_epoch_begin(int epoch, const Logs&) {
  const auto layers = picked();
  std::vector<float> factors = present(layers);
  for (float& factor : factors) factor = options_.schedule(epoch, factor);
  set(layers, factors);
  if (options_.verbose == 0) return;
  for (const auto& [name, factor] : factors_) {
    model().print(fmt::format("\nEpoch {}: {} setting the factor of {} to {}.", epoch + 1, kWho,
                              name, factor));
  }
}

void RegularizationScheduler::on_epoch_end(int, const Logs&) {
  for (const auto& layer : picked()) {
    for (const auto& [name, value] :
         models::factors_in_force(*layer, options_.weight, model().optimizer().calls()))
      model().log(name, value);
  }
}

std::optional<Config> RegularizationScheduler::get_state() const {
  Config state = Config::object();
  for (const auto& [name, factor] : factors_) state[name] = factor;
  return state;
}

void RegularizationScheduler::set_state(const Config& state, const std::vector<Tensor>&) {
  const auto layers = picked();
  std::vector<float> factors;
  for (const auto& layer : layers) {
    const auto found = state.find(layer->name() + "/" + options_.weight);
    check(found != state.end() && found->is_number() && state.size() == layers.size(), kWho,
          "a state must hold the factor of each penalty that is set. Received: {} for {}.", state,
          layer->name());
    factors.push_back(found->get<float>());
  }
  set(layers, factors);
}

}  // namespace strata::callbacks
