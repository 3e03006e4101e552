// Glorot's, He's and LeCun's variances: fans, draws and configs.
#include "strata/initializers/variance_scaling.hpp"

#include <algorithm>
#include <cmath>

#include "core/fields.hpp"
#include "strata/tensor/random.hpp"

namespace strata::initializers {
namespace {

/// The standard deviation of a standard normal cut at ±2.
constexpr double kTruncatedDeviation = 0.8796256610342398;

struct Fans {
  double in = 1.0;
  double out = 1.0;
};

Fans fans_of(const Shape& shape) {
  if (shape.rank() == 0) return {};
  const auto last = static_cast<double>(shape.back());
  if (shape.rank() == 1) return {last, last};
  Fans fans{static_cast<double>(shape[shape.rank() - 2]), last};
  for (int axis = 0; axis < shape.rank() - 2; ++axis) {
    fans.in *= static_cast<double>(shape[axis]);
    fans.out *= static_cast<double>(shape[axis]);
  }
  return fans;
}

double fan_of(const Shape& shape, const std::string& mode) {
  const Fans fans = fans_of(shape);
  if (mode == "fan_in") return std::max(1.0, fans.in);
  if (mode == "fan_out") return std::max(1.0, fans.out);
  return std::max(1.0, (fans.in + fans.out) / 2.0);
}

VarianceScalingOptions glorot(const char* distribution, const SeededOptions& options) {
  return {.scale = 1.0f, .mode = "fan_avg", .distribution = distribution, .seed = options.seed};
}

VarianceScalingOptions he(const char* distribution, const SeededOptions& options) {
  return {.scale = 2.0f, .mode = "fan_in", .distribution = distribution, .seed = options.seed};
}

VarianceScalingOptions lecun(const char* distribution, const SeededOptions& options) {
  return {.scale = 1.0f, .mode = "fan_in", .distribution = distribution, .seed = options.seed};
}

}  // namespace

void list_fields(auto& fields, VarianceScalingOptions& options) {
  fields.seed("seed", options.seed);
  fields("scale", options.scale);
  fields("mode", options.mode);
  fields("distribution", options.distribution);
  fields.neutral("input_axes", nullptr);
  fields.neutral("output_axes", nullptr);
}

void list_fields(auto& fields, SeededOptions& options) {
  fields.seed("seed", options.seed);
  fields.neutral("input_axes", nullptr);
  fields.neutral("output_axes", nullptr);
}

VarianceScaling::VarianceScaling(const Options& options) : options_(options) {
  check(std::isfinite(options.scale) && options.scale > 0.0f, "VarianceScaling",
        "scale must be finite and > 0. Received: scale={}.", options.scale);
  check(options.mode == "fan_in" || options.mode == "fan_out" || options.mode == "fan_avg",
        "VarianceScaling",
        "mode must be \"fan_in\", \"fan_out\" or \"fan_avg\". Received: mode={}.", options.mode);
  std::string& distribution = options_.distribution;
  if (distribution == "normal") distribution = "truncated_normal";
  check(distribution == "truncated_normal" || distribution == "untruncated_normal" ||
            distribution == "uniform",
        "VarianceScaling",
        "distribution must be \"truncated_normal\", \"untruncated_normal\" or \"uniform\". "
        "Received: distribution={}.",
        distribution);
}

Tensor VarianceScaling::operator()(const Shape& shape) const {
  const double variance = options_.scale / fan_of(shape, options_.mode);
  random::Generator generator(options_.seed);
  if (options_.distribution == "uniform") {
    const auto limit = static_cast<float>(std::sqrt(3.0 * variance));
    return generator.uniform(shape, -limit, limit);
  }
  const double deviation = std::sqrt(variance);
  if (options_.distribution == "untruncated_normal") {
    return generator.normal(shape, 0.0f, static_cast<float>(deviation));
  }
  return generator.truncated_normal(shape, 0.0f,
                                    static_cast<float>(deviation / kTruncatedDeviation));
}

Config VarianceScaling::get_config() const { return options_to_config(options_); }

VarianceScaling VarianceScaling::from_config(const Config& config) {
  return VarianceScaling(options_from_config<Options>("VarianceScaling", config));
}

Config SeededScaling::get_config() const {
  return options_to_config(SeededOptions{.seed = options().seed});
}

GlorotUniform::GlorotUniform(const Options& options) : SeededScaling(glorot("uniform", options)) {}
GlorotUniform GlorotUniform::from_config(const Config& config) {
  return GlorotUniform(options_from_config<Options>("GlorotUniform", config));
}

GlorotNormal::GlorotNormal(const Options& options)
    : SeededScaling(glorot("truncated_normal", options)) {}
GlorotNormal GlorotNormal::from_config(const Config& config) {
  return GlorotNormal(options_from_config<Options>("GlorotNormal", config));
}

HeUniform::HeUniform(const Options& options) : SeededScaling(he("uniform", options)) {}
HeUniform HeUniform::from_config(const Config& config) {
  return HeUniform(options_from_config<Options>("HeUniform", config));
}

HeNormal::HeNormal(const Options& options) : SeededScaling(he("truncated_normal", options)) {}
HeNormal HeNormal::from_config(const Config& config) {
  return HeNormal(options_from_config<Options>("HeNormal", config));
}

LecunUniform::LecunUniform(const Options& options) : SeededScaling(lecun("uniform", options)) {}
LecunUniform LecunUniform::from_config(const Config& config) {
  return LecunUniform(options_from_config<Options>("LecunUniform", config));
}

LecunNormal::LecunNormal(const Options& options)
    : SeededScaling(lecun("truncated_normal", options)) {}
LecunNormal LecunNormal::from_config(const Config& config) {
  return LecunNormal(options_from_config<Options>("LecunNormal", config));
}

}  // namespace strata::initializers
