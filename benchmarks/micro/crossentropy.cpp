// Softmax with crossentropy, as the last layer and the loss of a classifier.
#include "micro/micro.hpp"

namespace strata::micro {
namespace {

Tensor labels(std::int64_t rows, std::int64_t classes) {
  std::vector<float> values;
  for (std::int64_t row = 0; row < rows; ++row)
    values.push_back(static_cast<float>(row * 7 % classes));
  return {{rows}, values};
}

void add_size(std::int64_t rows, std::int64_t classes) {
  const std::string size = std::to_string(rows) + "x" + std::to_string(classes);
  const Work work = items(static_cast<double>(rows * classes));
  const auto logits = [=] { return random::normal({rows, classes}); };
  const auto loss = [of = losses::SparseCategoricalCrossentropy()](
                        const Tensor& y, const Tensor& x) { return of(y, ops::softmax(x)); };
  add("softmax/forward/" + size, work, [=] { return [x = logits()] { return ops::softmax(x); }; });
  add("softmax_crossentropy/forward/" + size, work,
      [=] { return [=, x = logits(), y = labels(rows, classes)] { return loss(y, x); }; });
  add("softmax_crossentropy/backward/" + size, work, [=] {
    return Backward({logits()},
                    [=, y = labels(rows, classes)](const auto& of) { return loss(y, of[0]); });
  });
}

}  // namespace

void add_crossentropy() {
  add_size(128, 10);
  add_size(128, 1000);
}

}  // namespace strata::micro
