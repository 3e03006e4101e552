// RandomNormal, TruncatedNormal and RandomUniform: the options' checks, draws and configs.
#include "strata/initializers/random.hpp"

#include <cmath>

#include "core/fields.hpp"
#include "strata/tensor/random.hpp"

namespace strata::initializers {
namespace {

RandomNormalOptions checked(const char* who, const RandomNormalOptions& options) {
  check(std::isfinite(options.mean) && std::isfinite(options.stddev) && options.stddev >= 0.0f, who,
        "mean must be finite and stddev finite and >= 0. Received: mean={}, stddev={}.",
        options.mean, options.stddev);
  return options;
}

}  // namespace

void list_fields(auto& fields, RandomNormalOptions& options) {
  fields.seed("seed", options.seed);
  fields("mean", options.mean);
  fields("stddev", options.stddev);
}

void list_fields(auto& fields, RandomUniformOptions& options) {
  fields.seed("seed", options.seed);
  fields("minval", options.minval);
  fields("maxval", options.maxval);
}

RandomNormal::RandomNormal(const Options& options) : options_(checked("RandomNormal", options)) {}

Tensor RandomNormal::operator()(const Shape& shape) const {
  return random::Generator(options_.seed).normal(shape, options_.mean, options_.stddev);
}

Config RandomNormal::get_config() const { return options_to_config(options_); }

RandomNormal RandomNormal::from_config(const Config& config) {
  return RandomNormal(options_from_config<Options>("RandomNormal", config));
}

TruncatedNormal::TruncatedNormal(const Options& options)
    : options_(checked("TruncatedNormal", options)) {}

Tensor TruncatedNormal::operator()(const Shape& shape) const {
  return random::Generator(options_.seed).truncated_normal(shape, options_.mean, options_.stddev);
}

Config TruncatedNormal::get_config() const { return options_to_config(options_); }

TruncatedNormal TruncatedNormal::from_config(const Config& config) {
  return TruncatedNormal(options_from_config<Options>("TruncatedNormal", config));
}

RandomUniform::RandomUniform(const Options& options) : options_(options) {
  check(std::isfinite(options.minval) && std::isfinite(options.maxval) &&
            options.minval <= options.maxval,
        "RandomUniform",
        "minval and maxval must be finite, and minval <= maxval. Received: minval={}, maxval={}.",
        options.minval, options.maxval);
}

Tensor RandomUniform::operator()(const Shape& shape) const {
  return random::Generator(options_.seed).uniform(shape, options_.minval, options_.maxval);
}

Config RandomUniform::get_config() const { return options_to_config(options_); }

RandomUniform RandomUniform::from_config(const Config& config) {
  return RandomUniform(options_from_config<Options>("RandomUniform", config));
}

}  // namespace strata::initializers
