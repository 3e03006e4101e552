// Writes what a model was compiled with as a config, and reads it.
#include "saving/compile_config.hpp"

#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "core/callable_rule.hpp"
#include "core/context.hpp"
#include "core/fields.hpp"
#include "core/registry.hpp"
#include "training/running_metrics.hpp"

namespace strata::saving {
namespace {

// Not one of the custom objects alone, which Keras 3 looks up for objects only.
template <class Rule>
bool is_identifier(const RuleSpec<Rule>& spec) {
  return registry::find_identifier(typeid(std::remove_const_t<Rule>), spec.identifier())
      .has_value();
}

// A rule that came as a string is written as that string, as Keras does.
template <class Rule>
Config named_or_object(const RuleSpec<Rule>& spec) {
  return is_identifier(spec) ? Config(spec.identifier()) : to_config(spec);
}

// Whether a metric comes back from this object under this name. A function is not looked up: it may
// be one of the custom objects of a load that is over.
bool has_name(const Config& object, const std::string& name) {
  if (object.is_string()) return MetricSpec(object)->name() == name;
  const Config& config = object.at("config");
  return config.is_object() || callable_name(config.get<std::string>()) == name;
}

// A string alone would come back under the identifier's name, numbered as `claims` does.
Config write_metric(const MetricSpec& metric, training::NameClaims& claims, bool weighted) {
  const std::string name = metric->name();
  if (is_identifier(metric)) {
    training::NameClaims with_own = claims;
    if (with_own.claim(MetricSpec(metric.identifier())->name(), weighted) == name) {
      claims = std::move(with_own);
      return metric.identifier();
    }
  }
  claims.claim(name, weighted);
  Config object = to_config(metric);
  if (has_name(object, name)) return object;
  if (object.is_string()) object = {{"class_name", "function"}, {"config", object}};
  object["name"] = name;  // a function has no config to hold it; Keras passes over the key
  return object;
}

Config write_metrics(const std::vector<MetricSpec>& metrics, training::NameClaims& claims,
                     bool weighted) {
  if (metrics.empty()) return nullptr;
  Config list = Config::array();
  for (const MetricSpec& metric : metrics) list.push_back(write_metric(metric, claims, weighted));
  return list;
}

// The name of a function that Keras wrote as an object: {"class_name": "function", "config": name}.
bool is_function(const Config& value) {
  const auto class_name = value.find("class_name");
  const auto config = value.find("config");
  return class_name != value.end() && *class_name == "function" && config != value.end() &&
         config->is_string();
}

// Whether it is not a user's of the same name.
template <class Rule>
bool is_keras_function(const std::string& name) {
  return registry::find_function(typeid(typename Rule::Function), name) == nullptr &&
         registry::find_identifier(typeid(Rule), name).has_value();
}

// A string keeps the name that was typed; so does a function of Keras's own.
template <class Spec>
Spec read_rule_spec(const std::string& who, const Config& value) {
  using Rule = std::remove_cvref_t<decltype(*std::declval<const Spec&>())>;
  return in_context(who, [&] {
    if (value.is_string()) return Spec(value.get<std::string>());
    if (value.is_object() && is_function(value)) {
      const auto name = value.at("config").get<std::string>();
      if (is_keras_function<Rule>(name)) return Spec(name);
    }
    return Spec(value);
  });
}

bool is_by_output(const Config& value) {
  return value.is_object() && !value.contains("class_name");
}

// The element of a list of one or of an object that names the only output.
const Config& single(const std::string& who, const Config& value) {
  check(value.size() == 1, who, "a model of one output takes one entry. Received: {}.", value);
  return *value.begin();
}

// The value inside any nesting of such lists and objects.
const Config& innermost(const std::string& who, const Config& value) {
  const Config* inner = &value;
  while (inner->is_array() || is_by_output(*inner)) inner = &single(who, *inner);
  return *inner;
}

LossSpec read_loss(const std::string& who, const Config& value) {
  const Config& loss = innermost(who, value);
  return loss.is_null() ? LossSpec() : read_rule_spec<LossSpec>(who, loss);
}

std::optional<float> read_loss_weights(const std::string& who, const Config& value) {
  const Config& weight = plain_number(innermost(who, value));
  if (weight.is_null()) return std::nullopt;
  check(weight.is_number(), who, "must be a number. Received: {}.", weight);
  return weight.get<float>();
}

MetricSpec read_metric(const std::string& who, const Config& value) {
  auto metric = read_rule_spec<MetricSpec>(who, value);
  if (!value.is_object()) return metric;
  const auto name = value.find("name");
  if (name != value.end() && name->is_string()) metric->set_name(name->get<std::string>());
  return metric;
}

// Nested lists, and objects that name the output, are flattened.
void add_metrics(const std::string& who, const Config& value, std::vector<MetricSpec>& metrics) {
  if (value.is_array()) {
    for (const Config& metric : value) add_metrics(who, metric, metrics);
  } else if (is_by_output(value) && !value.empty()) {
    add_metrics(who, single(who, value), metrics);
  } else {
    constexpr std::size_t kMost = 1000;  // each takes far more memory than its name in a file
    check(metrics.size() < kMost, who, "must list at most {} metrics. Received: more.", kMost);
    metrics.push_back(read_metric(who, value));
  }
}

std::vector<MetricSpec> read_metrics(const std::string& who, const Config& value) {
  if (value.is_null() || (is_by_output(value) && value.empty())) return {};
  check(value.is_array() || is_by_output(value), who, "must be a list. Received: {}.", value);
  std::vector<MetricSpec> metrics;
  add_metrics(who, value, metrics);
  return metrics;
}

// An option of how Keras runs its graph, which has no effect here.
void read_flag(const std::string& who, const Config& value) {
  check(value.is_boolean() || value.is_null() || value == 0 || value == 1, who,
        "must be true or false. Received: {}.", value);
}

int read_steps_per_execution(const std::string& who, const Config& value) {
  if (value.is_null()) return 1;
  constexpr double kMost = std::numeric_limits<int>::max();
  check(value.is_number_integer() && value.get<double>() >= 1.0 && value.get<double>() <= kMost,
        who, "must be a positive whole number or null. Received: {}.", value);
  return value.get<int>();
}

}  // namespace

Config write_compile_config(const CompileOptions& options) {
  Config config;
  const auto write = [&](const char* key, auto value) {
    config[key] = in_context(key, std::move(value));
  };
  write("optimizer", [&] { return to_config(options.optimizer); });
  write("loss", [&] { return named_or_object(options.loss); });
  write("loss_weights", [&] { return to_config(options.loss_weights); });
  training::NameClaims claims;
  write("metrics", [&] { return write_metrics(options.metrics, claims, false); });
  write("weighted_metrics", [&] { return write_metrics(options.weighted_metrics, claims, true); });
  config["run_eagerly"] = false;
  config["steps_per_execution"] = options.steps_per_execution;
  config["jit_compile"] = true;
  return config;
}

CompileOptions read_compile_config(const std::string& who, const Config& config) {
  check(config.is_object(), who, "must be an object. Received: {}.", config);
  CompileOptions options;
  ConfigReader reader(who, config);
  const auto read = [&](const char* key, const auto& from) {
    reader.skip(key);
    const auto value = config.find(key);
    if (value != config.end()) from(who + ": " + key, *value);
  };
  read("optimizer", [&](const std::string& where, const Config& value) {
    options.optimizer = read_rule_spec<OptimizerSpec>(where, value);
  });
  read("loss", [&](const std::string& where, const Config& value) {
    options.loss = read_loss(where, value);
  });
  read("loss_weights", [&](const std::string& where, const Config& value) {
    options.loss_weights = read_loss_weights(where, value);
  });
  read("metrics", [&](const std::string& where, const Config& value) {
    options.metrics = read_metrics(where, value);
  });
  read("weighted_metrics", [&](const std::string& where, const Config& value) {
    options.weighted_metrics = read_metrics(where, value);
  });
  read("run_eagerly", read_flag);
  read("steps_per_execution", [&](const std::string& where, const Config& value) {
    options.steps_per_execution = read_steps_per_execution(where, value);
  });
  read("jit_compile", [](const std::string& where, const Config& value) {
    if (value != "auto") read_flag(where, value);
  });
  read("auto_scale_loss", read_flag);
  reader.finish();
  return options;
}

}  // namespace strata::saving
