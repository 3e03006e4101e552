// Reads golden files, in which JSON strings stand for NaN and infinities.
#include "support/golden.hpp"

#include <charconv>
#include <fstream>
#include <map>
#include <stdexcept>
#include <vector>

namespace strata::testing {
namespace {

// The number that the string `nan`, `inf` or `-inf` stands for; JSON has no such numbers.
float number_named(const std::string& name) {
  float value = 0.0f;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
  if (error != std::errc()) throw std::runtime_error("no number: " + name);
  return value;
}

}  // namespace

const Config& golden_file(const std::string& family) {
  static std::map<std::string, Config> files;
  const auto found = files.find(family);
  if (found != files.end()) return found->second;
  std::ifstream file(std::string(STRATA_GOLDEN_DIR) + "/" + family + ".json");
  if (!file) throw std::runtime_error("no golden values: " + family);
  return files[family] = Config::parse(file);
}

const Config& golden_cases(const std::string& family) { return golden_file(family).at("cases"); }

Tensor golden_tensor(const Config& value) {
  if (value.is_null()) return {};
  std::vector<float> data;
  for (const Config& element : value.at("data")) {
    data.push_back(element.is_string()    ? number_named(element.get<std::string>())
                   : element.is_boolean() ? static_cast<float>(element.get<bool>())
                                          : element.get<float>());
  }
  return {Shape(value.at("shape").get<std::vector<std::int64_t>>()), data};
}

Tensor nested_tensor(const Config& value) {
  std::vector<std::int64_t> extents;
  for (const Config* level = &value; level->is_array(); level = &level->front())
    extents.push_back(static_cast<std::int64_t>(level->size()));
  const Config flat = value.is_array() ? value.flatten() : Config{{"", value}};
  std::vector<float> data;
  for (const Config& element : flat) data.push_back(element.get<float>());
  return {Shape(extents), data};
}

}  // namespace strata::testing
