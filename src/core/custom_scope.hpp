// Looking things up in this thread's custom scopes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>
#include <vector>

#include "strata/core/custom_scope.hpp"

namespace strata::registry {

/// Null if no scope has it.
std::shared_ptr<const ClassEntry> find_custom(const std::type_info& type);
std::shared_ptr<const ClassEntry> find_custom(const std::type_info& family, std::string_view name);
std::shared_ptr<const FunctionEntry> find_custom_function(const std::type_info& type,
                                                          std::string_view name);

std::vector<std::string> custom_class_names(const std::type_info& family);
std::vector<std::string> custom_function_names(const std::type_info& type);

/// Whether it names a class of any family or a function of any type.
bool is_custom_name(std::string_view name);

}  // namespace strata::registry
