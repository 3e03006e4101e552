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

// Rows of different lengths, from logits: forward and backward.
void add_from_logits(std::int64_t rows, std::int64_t classes) {
  const std::string size = std::to_string(rows) + "x" + std::to_string(classes);
  const Work work = items(static_cast<double>(rows * classes));
  const auto both = [&](const std::string& name, const auto& loss) {
    const Tensor y = ops::softmax(random::normal({rows, classes}));
    add(name + "/forward/" + size, work, [=] {
      return [=, x = random::normal({rows, classes})] { return loss(y, x); };
    });
    add(name + "/backward/" + size, work, [=] {
      return Backward({random::normal({rows, classes})},
                      [=](const auto& of) { return loss(y, of[0]); });
    });
  };
  both("binary_crossentropy", losses::BinaryCrossentropy({.from_logits = true}));
  both("categorical_crossentropy", losses::CategoricalCrossentropy({.from_logits = true}));
}

}  // namespace

void add_crossentropy() {
  add_from_logits(65536, 4);
  add_from_logits(256, 1024);
  add_size(128, 10);
  add_size(128, 1000);
}

}  // namespace strata::micro
