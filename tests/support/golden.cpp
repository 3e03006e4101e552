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

const Config& golden_cases(const std::string& family) {
  static std::map<std::string, Config> files;
  const auto found = files.find(family);
  if (found != files.end()) return found->second;
  std::ifstream file(std::string(STRATA_GOLDEN_DIR) + "/" + family + ".json");
  if (!file) throw std::runtime_error("no golden values: " + family);
  return files[family] = Config::parse(file).at("cases");
}

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

}  // namespace strata::testing
