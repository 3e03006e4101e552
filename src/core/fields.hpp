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
#include "strata/core/number_list.hpp"
#include "strata/core/per_axis.hpp"
#include "strata/core/per_side.hpp"
#include "strata/core/required.hpp"
#include "strata/core/rule_spec.hpp"
#include "strata/core/weight_groups.hpp"

namespace strata {

class Shape;
class Tensor;

/// The shortest decimal that reads back as this float: 0.01f is written 0.01.
Config to_config(float value);
/// To the bit; for what is not finite `"nan"`, `"inf"` or `"-inf"`.
Config to_config(double value);
Config to_config(const Shape& shape);  ///< an unknown extent is null
Config to_config(const AxisList& axes);
Config to_config(const OptionalAxisList& axes);
Config to_config(const NumberList& numbers);
Config to_config(const WeightGroups& groups);  ///< a name or a number
/// A number, or lists of numbers inside each other, one level per axis; null if it is undefined.
Config to_config(const Tensor& tensor);
inline Config to_config(bool value) { return value; }
inline Config to_config(int value) { return value; }
inline Config to_config(std::int64_t value) { return value; }
inline Config to_config(std::uint64_t value) { return value; }
inline Config to_config(const std::string& value) { return value; }

template <int N>
Config to_config(const PerAxis<N>& value) {
  return value.values();
}

template <int N>
Config to_config(const OptionalPerAxis<N>& value) {
  return value ? to_config(value.value_or(1)) : Config(nullptr);
}

/// A pair per axis; of a single axis the pair itself.
template <int N>
Config to_config(const PerSide<N>& value) {
  Config pairs = Config::array();
  for (const Sides& sides : value.values()) pairs.push_back({sides.before, sides.behind});
  return N == 1 ? pairs[0] : pairs;
}

template <class T>
Config to_config(const std::vector<T>& values) {
  Config list = Config::array();
  for (const T& value : values) list.push_back(to_config(value));
  return list;
}

template <class T>
Config to_config(const Required<T>& value) {
  return to_config(value.value());
}

template <class T>
Config to_config(const std::optional<T>& value) {
  return value ? to_config(*value) : Config(nullptr);
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
/// The same where a list may be stored so too.
const Config& plain_numbers(const Config& value);
/// The number or list that such an object holds; null if `value` is no such object.
const Config* stored_array(const Config& value);

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
  /// A key that is written only where the field is not as usual.
  template <class T>
  void unless(const char* key, const T& value, const T& usual) {
    if (!(value == usual)) (*this)(key, value);
  }
  /// A field that a config's null gives a value of its own, not the default.
  template <class T>
  void null_means(const char* key, const char*, const T& value) {
    (*this)(key, value);
  }
  void seed(const char* key, const std::optional<std::int64_t>& value) { (*this)(key, value); }
  void truth(const char* key, bool value) { (*this)(key, value); }
  void neutral(const char*, const Config&) {}
  void neutral_float32(const char*) {}
  void float32(const char* key) { config[key] = "float32"; }
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
  template <class T>
  void unless(const char* key, T& field, const T&) {
    (*this)(key, field);
  }
  void null_means(const char* key, const char* meant, std::string& field) {
    const Config* value = find(key);
    if (value != nullptr) read(key, value->is_null() ? Config(meant) : *value, field);
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
  void float32(const char* key, const char* spelling = "\"float32\"");
  void neutral_float32(const char* key) { float32(key); }
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
  void read(const char* key, const Config& value, std::uint64_t& field) const;
  void read(const char* key, const Config& value, float& field) const;
  void read(const char* key, const Config& value, double& field) const;
  void read(const char* key, const Config& value, std::string& field) const;
  void read(const char* key, const Config& value, Shape& field) const;
  void read(const char* key, const Config& value, AxisList& field) const;
  void read(const char* key, const Config& value, OptionalAxisList& field) const;
  void read(const char* key, const Config& value, NumberList& field) const;
  void read(const char* key, const Config& value, WeightGroups& field) const;
  /// The same, or the object in which Keras stores a NumPy array; null is an undefined tensor.
  void read(const char* key, const Config& value, Tensor& field) const;

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

  // A number for all sides, a pair per axis, or a number per axis; of a single axis a pair.
  template <int N>
  void read(const char* key, const Config& value, PerSide<N>& field) const {
    std::array<Sides, N> sides{};
    const auto read_pair = [&](const Config& pair, Sides& to) {
      if (!pair.is_array()) {
        read(key, pair, to.before);
        to.behind = to.before;
        return;
      }
      if (pair.size() != 2) refuse(key, "must be whole numbers, two for each axis", value);
      read(key, pair[0], to.before);
      read(key, pair[1], to.behind);
    };
    if (value.is_array() && N > 1) {
      if (value.size() != N) refuse(key, "must be whole numbers, two for each axis", value);
      for (std::size_t i = 0; i < N; ++i) read_pair(value[i], sides[i]);
    } else {
      read_pair(value, sides[0]);
      sides.fill(sides[0]);
    }
    field = PerSide<N>(sides);
  }

  // A rule's own error gets the layer and the slot in front.
  template <class Rule>
  void read(const char* key, const Config& value, RuleSpec<Rule>& field) const {
    in_context(who_ + ": " + key,
               [&] { field = value.is_null() ? absent_rule<Rule>() : RuleSpec<Rule>(value); });
  }

  // A number, or an object that names the class of what takes the number's place.
  template <class T>
  requires requires(const Config& object) {
    { T::from_object(object) } -> std::same_as<T>;
  }
  void read(const char* key, const Config& value, T& field) const {
    if (plain_number(value).is_object()) {
      return in_context(who_ + ": " + key, [&] { field = T::from_object(value); });
    }
    float number = 0.0f;
    read(key, value, number);
    field = number;
  }

  std::string who_;
  const Config& config_;
  std::vector<std::string> seen_;
};

/// A third use of a field list: `list_fields(copier, to, from)` copies the fields of one struct to
/// another that has the same ones.
struct FieldCopier {
  void operator()(const char*, auto& to, const auto& from) const { to = from; }
  void or_default(const char*, auto& to, const auto& from) const { to = from; }
  void null_means(const char*, const char*, auto& to, const auto& from) const { to = from; }
  void truth(const char*, auto& to, const auto& from) const { to = from; }
  void neutral_float32(const char*) const {}
};

/// The keys of `config`, then the fields of `options`, which `list_fields(fields, options)` lists.
/// That function must be in the namespace of the options, not in an unnamed one, so that
/// argument-dependent lookup finds it.
template <class Options>
Config with_fields(Config config, Options options) {
  ConfigWriter writer;
  writer.config = std::move(config);
  list_fields(writer, options);
  return std::move(writer.config);
}

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

/// The same for a config that holds nothing else.
template <class Options>
Config options_to_config(Options options) {
  return with_fields(Config::object(), std::move(options));
}

/// Options from such a config: a field keeps its default if its key is missing.
template <class Options>
Options options_from_config(std::string_view who, const Config& config, Options options = {}) {
  read_fields(who, config, [&](auto& fields) { list_fields(fields, options); });
  return options;
}

/// Options of a family whose members have fields in common: those that
/// `list_base_fields(fields, options)` lists in the family's namespace, then the options' own.
template <class Options>
Options read_options(std::string_view who, const Config& config, Options options = {}) {
  read_fields(who, config, [&](auto& fields) {
    list_base_fields(fields, options);
    list_fields(fields, options);
  });
  return options;
}

/// The options of the family's base class among those of one of its members, by the same list.
template <class Base, class Options>
Base base_options(const Options& options) {
  Base base;
  const FieldCopier copier;
  list_base_fields(copier, base, options);
  return base;
}

}  // namespace strata
