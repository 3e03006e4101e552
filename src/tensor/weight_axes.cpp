// Checks the axes of a weight against its shape.
#include "strata/tensor/weight_axes.hpp"

#include "core/check.hpp"
#include "tensor/format.hpp"

namespace strata {

void WeightAxes::check_fit(std::string_view who, const Shape& shape) const {
  const auto check_axis = [&](const char* which, const std::optional<int>& axis) {
    check(!axis || (*axis >= 0 && *axis < shape.rank()), who,
          "the {} axis must be one of the weight's, counted from 0. Received: {}={}, shape={}.",
          which, which, axis.value_or(0), shape);
  };
  check_axis("input", input);
  check_axis("output", output);
  check(!input || input != output, who,
        "the input and the output axis must differ. Received: input={}, output={}.",
        input.value_or(0), output.value_or(0));
  check(gates >= 1, who, "gates must be a positive integer. Received: gates={}.", gates);
  check(gates == 1 || (output && shape[*output] % gates == 0), who,
        "gates must divide the extent of the output axis. Received: gates={}, {}, shape={}.", gates,
        output ? fmt::format("output={}", *output) : std::string("no output axis"), shape);
}

}  // namespace strata
