// How the fields of configs are read: numbers, lists, dtypes, seeds, and what is refused.
#include "core/fields.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/decimal.hpp"
#include "core/known_names.hpp"

namespace strata {
const Config* stored_array(const Config& value) {
  if (!value.is_object()) return nullptr;
  const auto class_name = value.find("class_name");
  const auto config = value.find("config");
  if (class_name == value.end() || (*class_name != "__tensor__" && *class_name != "__numpy__") ||
      config == value.end() || !config->is_object())
    return nullptr;
  const auto stored = config->find("value");
  return stored == config->end() ? nullptr : &*stored;
}

Config to_config(float value) {
  if (!std::isfinite(value)) return static_cast<double>(value);
  return *parse_decimal(fmt::format("{}", value));
}

Config to_config(double value) {
  if (std::isfinite(value)) return value;
  if (std::isnan(value)) return "nan";
  return value < 0.0 ? "-inf" : "inf";
}

Config to_config(const AxisList& axes) {
  return axes.is_number() ? Config(axes.values()[0]) : Config(axes.values());
}

Config to_config(const WeightGroups& groups) {
  return groups.name() == nullptr ? Config(*groups.axis()) : Config(*groups.name());
}

Config to_config(const OptionalAxisList& axes) { return axes ? to_config(*axes) : Config(nullptr); }

Config to_config(const NumberList& numbers) {
  if (numbers.empty()) return nullptr;
  return numbers.is_number() ? to_config(numbers.values()[0]) : to_config(numbers.values());
}

const Config& plain_number(const Config& value) {
  const Config* number = stored_array(value);
  return number != nullptr && (number->is_number() || number->is_boolean()) ? *number : value;
}

const Config& plain_numbers(const Config& value) {
  const Config* numbers = stored_array(value);
  return numbers != nullptr && numbers->is_array() ? *numbers : plain_number(value);
}

const Config* ConfigReader::find(const char* key) {
  seen_.emplace_back(key);
  const auto found = config_.find(key);
  return found == config_.end() ? nullptr : &*found;
}

void ConfigReader::refuse(const char* key, const char* rule, const Config& value) const {
  raise(who_, "{} {}. Received: {}={}.", key, rule, key, value);
}

void ConfigReader::neutral(const char* key, const Config& value) {
  const Config* found = find(key);
  check(found == nullptr || found->is_null() || *found == value, who_,
        "{} is supported only as {}. Received: {}={}.", key, value, key,
        found == nullptr ? value : *found);
}

void ConfigReader::ignore(const char* key) {
  if (config_.contains(key)) seen_.emplace_back(key);
}

void ConfigReader::null_alone(const char* key) {
  const auto found = config_.find(key);
  if (found != config_.end() && found->is_null()) seen_.emplace_back(key);
}

void ConfigReader::float32(const char* key, const char* spelling) {
  const Config* found = find(key);
  if (found == nullptr || found->is_null() || *found == "float32") return;
  const auto config = found->find("config");
  check(
      config != found->end() && config->is_object() && config->value("name", Config()) == "float32",
      who_, "{0} is supported only as {2}. Received: {0}={1}.", key, *found, spelling);
}

void ConfigReader::truth(const char* key, bool& field) {
  const Config* value = find(key);
  if (value == nullptr) return;
  const Config& plain = plain_number(*value);
  const bool number = plain == 0 || plain == 1;  // NOLINT(misc-redundant-expression): two numbers
  if (plain.is_null() || number) {
    field = plain == 1;
  } else {
    read(key, plain, field);
  }
}

void ConfigReader::seed(const char* key, std::optional<std::int64_t>& field) {
  const Config* value = find(key);
  if (value == nullptr) return;
  const bool generator =
      value->is_object() && value->value("class_name", Config()) == "SeedGenerator";
  const Config config = generator ? value->value("config", Config()) : Config();
  read(key, config.is_object() && config.contains("seed") ? config["seed"] : *value, field);
}

void ConfigReader::finish() const {
  for (const auto& [key, value] : config_.items()) {
    check(std::find(seen_.begin(), seen_.end(), key) != seen_.end(), who_,
          "unknown key in the config; {}. Received: {}={}.", Whole{known_names(key, seen_)},
          excerpt(key), value);
  }
}

void ConfigReader::read(const char* key, const Config& value, bool& field) const {
  if (!value.is_boolean()) refuse(key, "must be true or false", value);
  field = value.get<bool>();
}

void ConfigReader::read(const char* key, const Config& value, int& field) const {
  std::int64_t wide = 0;
  read(key, value, wide);
  if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max()) {
    refuse(key, "must be a whole number below 2^31", value);
  }
  field = static_cast<int>(wide);
}

void ConfigReader::read(const char* key, const Config& value, std::int64_t& field) const {
  const Config& plain = plain_number(value);
  const bool too_large = plain.is_number_unsigned() &&
                         plain.get<std::uint64_t>() >
                             static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!plain.is_number_integer() || too_large) refuse(key, "must be a whole number", value);
  field = plain.get<std::int64_t>();
}

void ConfigReader::read(const char* key, const Config& value, float& field) const {
  const Config& plain = plain_number(value);
  if (!plain.is_number()) refuse(key, "must be a number", value);
  field = plain.get<float>();
}

void ConfigReader::read(const char* key, const Config& value, std::uint64_t& field) const {
  if (!value.is_number_unsigned()) refuse(key, "must be a whole number from 0", value);
  field = value.get<std::uint64_t>();
}

void ConfigReader::read(const char* key, const Config& value, double& field) const {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (value.is_number()) {
    field = value.get<double>();
  } else if (value == "inf" || value == "-inf") {
    field = value == "inf" ? kInfinity : -kInfinity;
  } else if (value == "nan") {
    field = std::numeric_limits<double>::quiet_NaN();
  } else {
    refuse(key, "must be a number", value);
  }
}

void ConfigReader::read(const char* key, const Config& value, std::string& field) const {
  if (!value.is_string()) refuse(key, "must be a string", value);
  field = value.get<std::string>();
}

void ConfigReader::read(const char* key, const Config& value, AxisList& field) const {
  if (value.is_array()) {
    std::vector<int> axes;
    read(key, value, axes);
    field = std::move(axes);
  } else {
    int axis = 0;
    read(key, value, axis);
    field = axis;
  }
}

void ConfigReader::read(const char* key, const Config& value, WeightGroups& field) const {
  if (value.is_string()) {
    field = value.get<std::string>();
    return;
  }
  int axis = 0;
  read(key, value, axis);
  field = axis;
}

void ConfigReader::read(const char* key, const Config& value, OptionalAxisList& field) const {
  AxisList axes = 0;
  field = {};
  if (value.is_null()) return;
  read(key, value, axes);
  field = std::move(axes);
}

void ConfigReader::read(const char* key, const Config& value, NumberList& field) const {
  const Config& plain = plain_numbers(value);
  field = {};
  if (plain.is_null()) return;
  if (plain.is_array()) {
    std::vector<float> numbers;
    read(key, plain, numbers);
    field = std::move(numbers);
  } else {
    float number = 0.0f;
    read(key, plain, number);
    field = number;
  }
}

}  // namespace strata
