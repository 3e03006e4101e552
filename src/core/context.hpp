// Saying where an error happened: the place goes in front of the text, the class stays.
#pragma once

#include <string>

#include "core/excerpt.hpp"
#include "strata/core/errors.hpp"

namespace strata {

/// Runs `body`; an error of Strata's gets "`place`: " in front.
template <class Body>
decltype(auto) in_context(const std::string& place, Body&& body) {
  try {
    return body();
  } catch (const ShapeError& error) {
    throw ShapeError(excerpt(place, kLongestText) + ": " + error.what());
  } catch (const InvalidArgument& error) {
    throw InvalidArgument(excerpt(place, kLongestText) + ": " + error.what());
  } catch (const StateError& error) {
    throw StateError(excerpt(place, kLongestText) + ": " + error.what());
  }
}

}  // namespace strata
