// plot: a history, a model or a regularization path as pictures in a file.
#pragma once

#include <string>

#include "strata/callbacks/history.hpp"
#include "strata/models/model.hpp"
#include "strata/models/regularization_path.hpp"

namespace strata::plots {

/// Writes a page (`.html`) or a drawing (`.svg`) that needs no other file, no network and no script.
/// Each figure says in words what it shows and, on a page, holds its numbers as a table. Colors
/// follow the reader's light or dark setting. The file is replaced when the new one is complete.
///
/// The loss as data loss plus penalties, losses and metrics beside those of validation, and, if
/// `callbacks::RegularizationLogger` and others logged them, penalties by layer, factors and learning
/// rate. A log that is shorter than the history, as validation's with a `validation_freq`, is taken
/// for one of every k-th epoch. docs/pictures.md shows one.
///
/// Raises InvalidArgument on another extension and IoError where the file can't be written.
void plot(const History& history, const std::string& path);

/// The spread of each weight's values, its zeros, and the first kernel as images if its inputs are
/// the pixels of one. Raises StateError on a model that isn't built; else as above.
void plot(const Model& model, const std::string& path);

/// Mean losses by factor with standard errors and both choices, zeros, and up to 32 coefficients.
/// Raises StateError if no factor has a loss that is a number; else as above.
void plot(const RegularizationPath& path, const std::string& file);

}  // namespace strata::plots
