// Which names the files of models and weights may have.
#pragma once

#include <string>
#include <string_view>

namespace strata::saving {

/// Raises InvalidArgument, in `who`'s name, on a path that `Model::save` does not write.
void check_model_path(std::string_view who, const std::string& path);
/// The same of `Model::save_weights`.
void check_weights_path(std::string_view who, const std::string& path);

}  // namespace strata::saving
