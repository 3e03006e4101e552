// One field list drives writing a config, reading it and refusing what is unknown:
//
//     template <class Fields> void list_fields(Fields& fields, DenseOptions& options) {
//       fields("units", options.units);
//       fields("activation", options.activation);
//       fields.neutral("quantization_config", nullptr);  // a key of Keras's, at this value alone
//     }
//
//     Config config = write_fields([&](auto& fields) { list_fields(fields, options); });
//     read_fields("Dense", config, [&](auto& fields) { list_fields(fields, options); });
//
// Reading leaves a field alone whose key is missing, so it keeps its default.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "core/context.hpp"
#include "strata/config.hpp"
#include "strata/core/axis_list.hpp"
#include "strata/core/per_axis.hpp"
#include "strata/core/required.hpp"
#include "strata/core/rule_spec.hpp"

namespace strata {

class Shape;

/// The shortest decimal that reads back as this float: 0.01f is written 0.01.
Config to_config(float value);
Config to_config(const Shape& shape);    ///< an unknown extent is null
Config to_config(const AxisList& axes);  ///< one axis is a number
inline Config to_config(bool value) { return value; }
inline Config to_config(int value) { return value; }
inline Config to_config(std::int64_t value) { return value; }
inline Config to_config(const std::string& value) { return value; }

template <int N>
Config to_config(const PerAxis<N>& value) {
  return value.values();
}

template <class T>
Config to_config(const Required<T>& value) {
  return to_config(value.value());
}

template <class T>
Config to_config(const std::optional<T>& value) {
  return value ? to_config(*value) : Config(nullptr);
}

template <class T>
Config to_config(const std::vector<T>& values) {
  Config list = Config::array();
  for (const T& value : values) list.push_back(to_config(value));
  return list;
}

template <class Rule>
Config to_config(const RuleSpec<Rule>& spec) {
  if (spec) return Rule::to_object(*spec);
  if constexpr (requires { Rule::kAbsent; }) return Rule::kAbsent;
  return nullptr;
}

/// What null in a config means for slots of this family.
template <class Rule>
RuleSpec<Rule> absent_rule() {
  if constexpr (requires { Rule::kWhenNull; }) return Rule::kWhenNull;
  return {};
}

/// If `value` is an object in which Keras stores a NumPy scalar, {"class_name": "__tensor__",
/// "config": {"value": 0.5, "dtype": "float32"}}, the number or truth value inside; else `value`.
const Config& plain_number(const Config& value);

class ConfigWriter {
 public:
  template <class T>
  void operator()(const char* key, const T& value) {
    config[key] = in_context(key, [&] { return to_config(value); });
  }
  /// A key that is written only when there is something to say.
  template <class T>
  void if_set(const char* key, const T& value) {
    if (value) (*this)(key, value);
  }
  template <class T>
  void or_default(const char* key, const T& value) {
    (*this)(key, value);
  }
  void seed(const char* key, const std::optional<std::int64_t>& value) { (*this)(key, value); }
  void truth(const char* key, bool value) { (*this)(key, value); }
  void neutral(const char*, const Config&) {}
  void null_alone(const char*) {}
  void ignore(const char*) {}

  Config config = Config::object();
};

class ConfigReader {
 public:
  ConfigReader(std::string_view who, const Config& config) : who_(who), config_(config) {}

  template <class T>
  void operator()(const char* key, T& field) {
    if (const Config* value = find(key)) read(key, *value, field);
  }
  template <class T>
  void if_set(const char* key, T& field) {
    (*this)(key, field);
  }
  /// A field that keeps its default if the config says null.
  template <class T>
  void or_default(const char* key, T& field) {
    const Config* value = find(key);
    if (value != nullptr && !value->is_null()) read(key, *value, field);
  }
  /// A whole number, null, or Keras's SeedGenerator, whose initial seed is read.
  void seed(const char* key, std::optional<std::int64_t>& field);
  /// A truth value with Python's conversions: 0 and 1 are accepted too, and null is false.
  void truth(const char* key, bool& field);
  /// A Keras key that is accepted only if it has this value, which has no effect, or is null.
  void neutral(const char* key, const Config& value);
  /// A Keras key that is accepted only if it is null.
  void null_alone(const char* key);
  /// A dtype: null, "float32", or the Keras policy of that name; `spelling` is for the error.
  void float32(const char* key, const char* spelling = "float32");
  /// A Keras key that has no effect; error messages don't list it.
  void ignore(const char* key);
  /// A key that somebody else reads.
  void skip(const char* key) { find(key); }

  /// Raises InvalidArgument naming the first key that no field was read from.
  void finish() const;

 private:
  const Config* find(const char* key);
  [[noreturn]] void refuse(const char* key, const char* rule, const Config& value) const;

  void read(const char* key, const Config& value, bool& field) const;
  void read(const char* key, const Config& value, int& field) const;
  void read(const char* key, const Config& value, std::int64_t& field) const;
  void read(const char* key, const Config& value, float& field) const;
  void read(const char* key, const Config& value, std::string& field) const;
  void read(const char* key, const Config& value, Shape& field) const;
  void read(const char* key, const Config& value, AxisList& field) const;

  template <class T>
  void read(const char* key, const Config& value, Required<T>& field) const {
    T read_value = field;
    read(key, value, read_value);
    field = std::move(read_value);
  }

  template <class T>
  void read(const char* key, const Config& value, std::optional<T>& field) const {
    if (value.is_null()) return field.reset();
    T read_value{};
    read(key, value, read_value);
    field = std::move(read_value);
  }

  template <class T>
  void read(const char* key, const Config& value, std::vector<T>& field) const {
    if (!value.is_array()) refuse(key, "must be a list", value);
    field.clear();
    for (const Config& element : value) {
      field.emplace_back();
      read(key, element, field.back());
    }
  }

  template <int N>
  void read(const char* key, const Config& value, PerAxis<N>& field) const {
    std::array<int, N> numbers{};
    if (value.is_array()) {
      if (value.size() != N) refuse(key, "must be a whole number, or one for each axis", value);
      for (std::size_t i = 0; i < N; ++i) read(key, value[i], numbers[i]);
    } else {
      read(key, value, numbers[0]);
      numbers.fill(numbers[0]);
    }
    field = PerAxis<N>(numbers);
  }

  template <int N>
  void read(const char* key, const Config& value, OptionalPerAxis<N>& field) const {
    PerAxis<N> numbers = 1;
    field = {};
    if (value.is_null()) return;
    read(key, value, numbers);
    field = OptionalPerAxis<N>(numbers);
  }

  // A rule's own error gets the layer and the slot in front.
  template <class Rule>
  void read(const char* key, const Config& value, RuleSpec<Rule>& field) const {
    in_context(who_ + ": " + key,
               [&] { field = value.is_null() ? absent_rule<Rule>() : RuleSpec<Rule>(value); });
  }

  std::string who_;
  const Config& config_;
  std::vector<std::string> seen_;
};

template <class List>
Config write_fields(List&& list) {
  ConfigWriter writer;
  list(writer);
  return std::move(writer.config);
}

/// Raises InvalidArgument on a value of the wrong kind and on an unknown key, by name.
template <class List>
void read_fields(std::string_view who, const Config& config, List&& list) {
  ConfigReader reader(who, config);
  list(reader);
  reader.finish();
}

}  // namespace strata
