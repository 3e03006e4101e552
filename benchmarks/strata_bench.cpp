// The workloads of benchmarks/peers in Strata: `strata_bench WORKLOAD --threads N --seconds S`
// prints one JSON line. Written as a user would write it: compile, fit, predict.
#include <strata/strata.hpp>

#include "peers/cpp/workloads.hpp"

using namespace strata;

constexpr const char* kPeer = "strata";

RegularizerSpec l2_or_none(const std::string& penalties) {
  return penalties == "l2" ? RegularizerSpec(regularizers::L2(1e-4f)) : RegularizerSpec();
}

Sequential make_mlp(const std::string& penalties, int hidden) {
  layers::DenseOptions options{.units = hidden, .kernel_regularizer = l2_or_none(penalties)};
  if (penalties == "full") {
    options.kernel_regularizer = regularizers::L1L2({.l1 = 1e-5f, .l2 = 1e-4f});
    options.bias_regularizer = regularizers::L2(1e-4f);
  }
  layers::DenseOptions output = options;
  output.units = 10;
  output.activation = "softmax";
  options.activation = "relu";
  if (penalties == "full") options.activity_regularizer = regularizers::L2(1e-5f);
  return Sequential({layers::Input({784}), layers::Dense(options), layers::Dense(options),
                     layers::Dense(output)});
}

Sequential make_small_mlp(int hidden) {
  return Sequential({
      layers::Input({784}),
      layers::Dense(
          {.units = hidden, .activation = "relu", .kernel_regularizer = regularizers::L2(0.01f)}),
      layers::Dense({.units = 10, .activation = "softmax"}),
  });
}

Sequential make_cnn(const RegularizerSpec& penalty) {
  return Sequential({
      layers::Input({28, 28, 1}),
      layers::Conv2D(
          {.filters = 32, .kernel_size = 3, .activation = "relu", .kernel_regularizer = penalty}),
      layers::MaxPooling2D({.pool_size = 2}),
      layers::Conv2D(
          {.filters = 64, .kernel_size = 3, .activation = "relu", .kernel_regularizer = penalty}),
      layers::MaxPooling2D({.pool_size = 2}),
      layers::Flatten(),
      layers::Dropout({.rate = 0.5f}),
      layers::Dense({.units = 10, .activation = "softmax", .kernel_regularizer = penalty}),
  });
}

Sequential make_separable(const RegularizerSpec& penalty) {
  layers::SeparableConvOptions<2> options{.filters = 64,
                                          .kernel_size = 3,
                                          .activation = "relu",
                                          .depthwise_regularizer = penalty,
                                          .pointwise_regularizer = penalty};
  layers::SeparableConvOptions<2> more = options;
  more.filters = 128;
  return Sequential({
      layers::Input({28, 28, 1}),
      layers::Conv2D(
          {.filters = 32, .kernel_size = 3, .activation = "relu", .kernel_regularizer = penalty}),
      layers::SeparableConv2D(options),
      layers::MaxPooling2D({.pool_size = 2}),
      layers::SeparableConv2D(more),
      layers::MaxPooling2D({.pool_size = 2}),
      layers::Flatten(),
      layers::Dense({.units = 10, .activation = "softmax", .kernel_regularizer = penalty}),
  });
}

Sequential make_conv1d(const RegularizerSpec& penalty) {
  const layers::ConvOptions<1> options{.filters = 64,
                                       .kernel_size = 5,
                                       .padding = "same",
                                       .activation = "relu",
                                       .kernel_regularizer = penalty};
  return Sequential({
      layers::Input({128, 32}),
      layers::Conv1D(options),
      layers::Conv1D(options),
      layers::GlobalAveragePooling1D(),
      layers::Dense({.units = 10, .activation = "softmax", .kernel_regularizer = penalty}),
  });
}

Sequential make_conv3d(const RegularizerSpec& penalty) {
  layers::ConvOptions<3> options{.filters = 16,
                                 .kernel_size = 3,
                                 .padding = "same",
                                 .activation = "relu",
                                 .kernel_regularizer = penalty};
  layers::ConvOptions<3> more = options;
  more.filters = 32;
  return Sequential({
      layers::Input({16, 16, 16, 4}),
      layers::Conv3D(options),
      layers::MaxPooling3D({.pool_size = 2}),
      layers::Conv3D(more),
      layers::GlobalAveragePooling3D(),
      layers::Dense({.units = 10, .activation = "softmax", .kernel_regularizer = penalty}),
  });
}

// The rows of an image are the steps of a sequence.
Sequential make_lstm(int units) {
  return Sequential({
      layers::Input({28, 28}),
      layers::LSTM({.units = units}),
      layers::Dense({.units = 10, .activation = "softmax"}),
  });
}

Sequential make_model(const bench::Workload& workload) {
  const RegularizerSpec penalty = l2_or_none(workload.reg);
  if (workload.net == "mlp") return make_mlp(workload.reg, workload.hidden);
  if (workload.net == "small") return make_small_mlp(workload.hidden);
  if (workload.net == "cnn") return make_cnn(penalty);
  if (workload.net == "lstm") return make_lstm(workload.hidden);
  if (workload.net == "separable") return make_separable(penalty);
  return workload.net == "conv1d" ? make_conv1d(penalty) : make_conv3d(penalty);
}

Sequential compiled(Sequential model) {
  model.compile({.optimizer = optimizers::Adam({.learning_rate = 1e-3f, .epsilon = 1e-7f}),
                 .loss = "sparse_categorical_crossentropy"});
  return model;
}

struct Data {
  Tensor x;
  Tensor y;
};

Data load(const std::string& net, int images, const std::string& split = "train") {
  std::vector<float> x;
  std::vector<int> y;
  bench::data(net, images, x, y, split);
  const auto count = static_cast<std::int64_t>(y.size());
  Shape shape = {count, 784};
  if (net == "cnn" || net == "separable") shape = {count, 28, 28, 1};
  if (net == "lstm") shape = {count, 28, 28};
  if (net == "conv1d") shape = {count, 128, 32};
  if (net == "conv3d") shape = {count, 16, 16, 16, 4};
  return {Tensor(shape, x), Tensor({count}, std::vector<float>(y.begin(), y.end()))};
}

void measure_start() {
  Sequential model = make_mlp("none", 512);
  const Tensor y = model.predict(load("mlp", 1).x, {.verbose = 0});
  std::printf("{\"sum\": %g}\n", static_cast<double>(ops::sum(y).item()));
}

void measure_latency(const bench::Args& args) {
  const std::string net = args.workload.substr(3);
  Sequential model = net == "mlp" ? make_mlp("none", 512) : make_cnn({});
  const Tensor x = load(net, 1).x;
  bench::latency(kPeer, args, [&] { model.predict_on_batch(x); });
}

void measure_rate(const bench::Args& args) {
  const bench::Workload workload = bench::workload(args.workload);
  Sequential model = compiled(make_model(workload));
  const Data data = load(workload.net, workload.images, workload.predict ? "test" : "train");
  bench::rate(kPeer, args, workload.images, workload.batch, [&] {
    if (workload.predict) {
      model.predict(data.x, {.batch_size = workload.batch, .verbose = 0});
    } else {
      model.fit(data.x, data.y, {.batch_size = workload.batch, .verbose = 0});
    }
  });
}

// Epochs over the whole of MNIST, with the test accuracy after each: `epochs` of them, or until it
// is `enough`.
void measure_accuracy(const bench::Args& args, const std::string& name, int epochs, double enough) {
  Sequential model = make_model(bench::workload(name));
  model.compile(
      {.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  const std::string net = bench::workload(name).net;
  const Data train = load(net, 0);
  const Data test = load(net, 0, "test");
  std::string reached;
  double accuracy = 0.0;
  const double start = bench::now();
  int epoch = 0;
  while (epoch < epochs && accuracy < enough) {
    model.fit(train.x, train.y, {.batch_size = 128, .verbose = 0});
    accuracy = model.evaluate(test.x, test.y, {.batch_size = 500, .verbose = 0}).at("accuracy");
    reached += bench::fmt(epoch++ == 0 ? "%.4f" : ", %.4f", accuracy);
  }
  bench::emit(kPeer, args,
              bench::fmt("\"test_accuracy\": %.4f, \"epochs\": %d, \"wall_s\": %.4g", accuracy,
                         epoch, bench::now() - start) +
                  ", \"per_epoch\": [" + reached + "]");
}

int main(int argc, char** argv) {
  const bench::Args args = bench::parse(argc, argv);
  const std::string& name = args.workload;
  try {
    set_num_threads(args.threads);
    set_random_seed(1);
    if (name == "w5") {
      measure_start();
    } else if (name.starts_with("w4-")) {
      measure_latency(args);
    } else if (name.starts_with("acc-")) {
      measure_accuracy(args, name.substr(4), name == "acc-w1b" ? 5 : 3, 1.0);
    } else if (name == "to99-w2a") {
      measure_accuracy(args, "w2a", 20, 0.99);
    } else {
      measure_rate(args);
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
