#include "training/samples.hpp"

#include <cmath>
#include <limits>

#include "core/check.hpp"
#include "core/profile.hpp"
#include "strata/data/rows.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/reduction.hpp"
#include "tensor/format.hpp"

namespace strata::training {
namespace {

void check_length(std::string_view who, const char* name, const Tensor& tensor,
                  std::int64_t count) {
  if (!tensor.defined()) return;
  check<ShapeError>(
      tensor.rank() >= 1 && tensor.shape().front() == count, who,
      "x and {0} must have the same number of samples. Received: {1} in x, {0} of shape={2}.", name,
      count, tensor.shape());
}

Tensor rows(const Tensor& tensor, std::int64_t begin, std::int64_t end,
            std::span<const std::int64_t> order) {
  if (!tensor.defined()) return {};
  if (order.empty() && begin == 0 && end == tensor.shape().front()) return tensor;
  if (order.empty()) return data::slice_rows(tensor, begin, end);
  return data::gather_rows(tensor, order.subspan(static_cast<std::size_t>(begin),
                                                 static_cast<std::size_t>(end - begin)));
}

bool fits_int(double whole) {
  return whole >= std::numeric_limits<int>::min() && whole <= std::numeric_limits<int>::max();
}

}  // namespace

Samples::Samples(std::string_view who, Tensor x, Tensor y, Tensor sample_weight)
    : who_(who), x_(std::move(x)), y_(std::move(y)), sample_weight_(std::move(sample_weight)) {
  check(x_.defined(), who, "x must be defined. Received: an undefined tensor.");
  check<ShapeError>(x_.rank() >= 1, who, "x must have a batch axis. Received: shape={}.",
                    x_.shape());
  check<ShapeError>(x_.size() > 0, who, "the data must not be empty. Received: x of shape={}.",
                    x_.shape());
  check_length(who, "y", y_, count());
  check_length(who, "sample_weight", sample_weight_, count());
}

void Samples::weigh_classes(const std::map<int, float>& class_weight) {
  if (class_weight.empty()) return;
  check(!sample_weight_.defined(), who_,
        "class_weight and sample_weight can't both be given. Received: both.");
  check(y_.defined(), who_, "class_weight needs targets. Received: an undefined y.");
  const bool one_hot = y_.rank() > 1 && y_.shape().back() != 1;
  const Tensor labels = one_hot ? ops::argmax(y_, -1) : y_;
  check<ShapeError>(labels.size() == count(), who_,
                    "class_weight needs one label a sample. Received: y of shape={}.", y_.shape());
  std::vector<float> weights;
  for (const float label : labels.values()) {
    check(std::isfinite(label), who_, "class_weight needs finite labels. Received: {}.", label);
    const double rounded = std::round(static_cast<double>(label));
    const auto found =
        fits_int(rounded) ? class_weight.find(static_cast<int>(rounded)) : class_weight.end();
    weights.push_back(found == class_weight.end() ? 1.0f : found->second);
  }
  sample_weight_ = Tensor({count()}, weights);
}

Batch Samples::batch(std::int64_t begin, std::int64_t end,
                     std::span<const std::int64_t> order) const {
  const profile::Timed timed(profile::Section::batches);
  return {rows(x_, begin, end, order), rows(y_, begin, end, order),
          rows(sample_weight_, begin, end, order)};
}

Samples Samples::part(std::int64_t begin, std::int64_t end) const {
  const Batch batch = this->batch(begin, end);
  return {who_, batch.x, batch.y, batch.sample_weight};
}

}  // namespace strata::training
