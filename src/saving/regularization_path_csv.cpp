// RegularizationPath::to_csv: a line for each factor.
#include <cmath>

#include "io/atomic_file.hpp"
#include "saving/csv_cell.hpp"
#include "strata/models/regularization_path.hpp"

namespace strata {
namespace {

std::string number(double value) { return std::isnan(value) ? "nan" : fmt::format("{}", value); }

std::string columns(const PathFigure& figure) {
  return fmt::format(",{},{}", number(figure.mean),
                     figure.standard_error ? number(*figure.standard_error) : "");
}

}  // namespace

void RegularizationPath::to_csv(const std::string& path) const {
  std::string text =
      "factor,data_loss,data_loss_error,penalty,penalty_error,val_data_loss,val_data_loss_error,"
      "val_penalty,val_penalty_error,zeros,weights,zero_inputs,inputs,zero_units,units,failure\r\n";
  for (const RegularizationPathPoint& point : points) {
    text +=
        fmt::format("{}{}{}{}{}", point.factor, columns(point.data_loss), columns(point.penalty),
                    columns(point.val_data_loss), columns(point.val_penalty));
    for (const ZeroCount& count : {point.sparsity.elements, point.inputs(), point.outputs()}) {
      text += point.failure.empty() ? fmt::format(",{},{}", count.zeros, count.total) : ",,";
    }
    text += "," + saving::csv_cell(point.failure) + "\r\n";
  }
  io::write_file({"RegularizationPath", path}, io::as_bytes(text));
}

}  // namespace strata
