// A layer and a penalty of one's own, with weights, gradients and losses like the built-in ones.
#include <fmt/core.h>

#include <strata/strata.hpp>

using namespace strata;

/// Penalizes the distance of neighbouring weights, so that they vary smoothly.
class Smooth : public Regularizer {
 public:
  explicit Smooth(float factor) : factor_(factor) {}

  Tensor operator()(const Tensor& x) const override {
    const std::int64_t last = x.size() - 1;
    return factor_ * ops::sum(ops::square(ops::slice(x, {1}, {last}) - ops::slice(x, {0}, {last})));
  }

 private:
  float factor_;
};

/// Multiplies each feature by a learned gain.
class Gain : public Layer {
 public:
  explicit Gain(RegularizerSpec regularizer) : regularizer_(std::move(regularizer)) {}

  Tensor call(const Tensor& inputs, const CallContext&) override { return inputs * gain_; }

 protected:
  void create_weights(const Shape& input_shape) override {
    gain_ = add_weight({.name = "gain",
                        .shape = {input_shape.back()},
                        .initializer = "ones",
                        .regularizer = regularizer_});
  }

 private:
  RegularizerSpec regularizer_;
  Variable gain_;
};

/// Learns 16 gains from a few noisy samples; gives the mean square of what they are off by.
float train(RegularizerSpec penalty) {
  set_random_seed(2);
  const Tensor truth = ops::sin(ops::arange(0.0f, 16.0f) / 3.0f);  // a wave
  const Tensor x = random::normal({40, 16});
  const Tensor y = x * truth + random::normal({40, 16});

  Sequential model({layers::Input({16}), Gain(std::move(penalty))});
  model.compile({.optimizer = optimizers::Adam({.learning_rate = 0.05f}), .loss = "mse"});
  model.fit(x, y, {.batch_size = 40, .epochs = 300, .verbose = 0});
  return ops::mean(ops::square(model.weights().front().value() - truth)).item();
}

int main() {
  const float rough = train(nullptr);
  const float smooth = train(Smooth(0.005f));
  fmt::print("mean squared error of the gains: {:.4f} alone, {:.4f} with Smooth\n", rough, smooth);
  return smooth < 0.7f * rough ? 0 : 1;
}
