// Configs as Keras writes them, both ways: tests/golden/configs.json, by make_configs.py.
#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/models/sequential.hpp"
#include "strata/saving/clone_model.hpp"
#include "strata/saving/model_from_json.hpp"
#include "support/golden.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

// Where two configs differ: in key order, in length or in a value. Numbers count as float32, which
// Keras holds some factors in; names that Keras made up for an InputLayer don't count.
std::string difference(const Config& expected, const Config& actual, const std::string& path = {}) {
  const std::string both = path + ": " + expected.dump() + " against " + actual.dump();
  if (expected.is_number() && actual.is_number()) {
    const bool same = expected.get<float>() == actual.get<float>();
    return same ? "" : both;
  }
  if (expected.type() != actual.type()) return both;
  if (!expected.is_structured()) return expected == actual ? "" : both;
  if (expected.size() != actual.size()) return both;
  auto a = actual.begin();
  for (auto e = expected.begin(); e != expected.end(); ++e, ++a) {
    const std::string key = expected.is_object() ? e.key() : "";
    if (expected.is_object() && key != a.key())
      return path + ": key " + key + " against " + a.key();
    const std::string found = difference(*e, *a, path + "/" + key);
    if (!found.empty()) return found;
  }
  return "";
}

std::vector<std::string> config_names() {
  std::vector<std::string> names;
  for (const Config& golden : testing::golden_cases("configs")) names.push_back(golden.at("name"));
  return names;
}

const Config& config_case(const std::string& name) {
  for (const Config& golden : testing::golden_cases("configs")) {
    if (golden.at("name") == name) return golden;
  }
  throw std::out_of_range(name);
}

class KerasConfig : public ::testing::TestWithParam<std::string> {};

// Strata leaves out the keys that older releases of Keras 3 don't know, so that those read it too.
void drop_neutral_keys(Config& value) {
  static const Config neutral = {
      {"quantization_config", nullptr}, {"input_axes", nullptr}, {"output_axes", nullptr},
      {"synchronized", false},          {"renorm", false},       {"renorm_clipping", nullptr},
      {"renorm_momentum", 0.99},        {"ragged", false},       {"optional", false}};
  if (value.is_object()) {
    for (const auto& [key, said] : neutral.items()) {
      if (value.contains(key) && value[key] == said) value.erase(key);
    }
  }
  for (Config& element : value) {
    if (element.is_structured()) drop_neutral_keys(element);
  }
}

// What Keras says with objects of its functions, and with lists of one, Strata says with names.
Config with_plain_compile_options(Config object) {
  drop_neutral_keys(object);
  Config& compiled = object["compile_config"];
  if (!compiled.contains("loss")) return object;
  for (const char* key : {"loss", "loss_weights"}) {
    if (compiled[key].is_array()) compiled[key] = Config(compiled[key][0]);
  }
  const auto name_of = [](Config& rule) {
    if (rule.is_object() && rule["class_name"] == "function") rule = Config(rule["config"]);
  };
  name_of(compiled["loss"]);
  for (const char* key : {"metrics", "weighted_metrics"}) {
    if (compiled[key].is_array() && compiled[key][0].is_array())
      compiled[key] = Config(compiled[key][0]);
    for (Config& metric : compiled[key]) name_of(metric);
  }
  compiled["run_eagerly"] = false;
  compiled["jit_compile"] = true;
  return object;
}

TEST_P(KerasConfig, BuildsTheSameModel) {
  const Config& golden = config_case(GetParam());
  const auto model = model_from_json(golden.at("json").get<std::string>());
  EXPECT_EQ(model->built(), !golden.at("weights").is_null());
  if (!model->built()) return;
  std::vector<std::vector<std::int64_t>> shapes;
  for (const Variable& weight : model->weights())
    shapes.emplace_back(weight.shape().begin(), weight.shape().end());
  EXPECT_EQ(Config(shapes).dump(), golden.at("weights").dump());
}

TEST_P(KerasConfig, IsWrittenAsKerasWritesIt) {
  const auto text = config_case(GetParam()).at("json").get<std::string>();
  const Config ours = Config::parse(model_from_json(text)->to_json());
  EXPECT_EQ(difference(with_plain_compile_options(Config::parse(text)), ours), "");
}

TEST_P(KerasConfig, IsTheSameAfterARoundTrip) {
  const auto text = config_case(GetParam()).at("json").get<std::string>();
  const std::string ours = model_from_json(text)->to_json();
  EXPECT_EQ(model_from_json(ours)->to_json(), ours);
  EXPECT_EQ(clone_model(*model_from_json(ours))->to_json(), ours);
}

INSTANTIATE_TEST_SUITE_P(All, KerasConfig, ::testing::ValuesIn(config_names()),
                         [](const auto& about) { return about.param; });

}  // namespace
}  // namespace strata
