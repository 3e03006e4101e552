// Making a model from its object.
#pragma once

#include <memory>
#include <string>

#include "strata/config.hpp"
#include "strata/models/model.hpp"

namespace strata::saving {

/// The model of an object in any layout that Strata reads, with fresh weights; not compiled unless
/// `compile`. Raises InvalidArgument on what it can't be made from.
std::shared_ptr<Model> read_model(Config object, bool compile);

/// The JSON text of an object, in ASCII. Raises InvalidArgument, in `who`'s name, on text that is not
/// UTF-8.
std::string to_text(const std::string& who, const Config& object);

}  // namespace strata::saving
