// A penalty's factor: what it may be, and its field in a config.
#pragma once

namespace strata::regularizers {

/// `value`, if it is finite and >= 0; else raises InvalidArgument naming class and argument.
float checked_factor(const char* who, const char* argument, float value);

/// The config of a penalty with one factor, and with its default where it is read.
struct FactorField {
  const char* key;
  float factor;
};
void list_fields(auto& fields, FactorField& field) {
  fields.or_default(field.key, field.factor);  // null stands for the default, as in Keras
}

}  // namespace strata::regularizers
