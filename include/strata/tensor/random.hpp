// Random numbers: counter-based streams, the same on every machine and for any number of threads.
#pragma once

#include <cstdint>
#include <optional>

#include "strata/tensor/tensor.hpp"

namespace strata {

namespace random {
/// What the process-wide stream starts from, unless `set_random_seed` is called.
inline constexpr std::uint64_t kDefaultSeed = 0;
}  // namespace random

/// Starts the process-wide stream anew; initializers, dropout, shuffling and `random::` functions
/// without a seed draw from it.
void set_random_seed(std::uint64_t seed);

namespace random {

/// What all further draws of a `Generator` follow from: generators of equal state draw the same.
struct GeneratorState {
  std::uint64_t key = 0;       ///< Which stream: the seed, or what `split` drew.
  std::uint64_t position = 0;  ///< The number of draws so far.

  friend bool operator==(const GeneratorState&, const GeneratorState&) = default;
};

/// A stream of random numbers (Philox 4x32-10). Every draw advances it; `split` gives an
/// independent child stream. Several threads may draw from one stream: no two draws are the same.
class Generator {
 public:
  explicit Generator(std::uint64_t seed);
  /// From a seed where there is one, else a child of the process-wide stream.
  explicit Generator(std::optional<std::uint64_t> seed);

  Generator split();

  Tensor normal(const Shape& shape, float mean = 0.0f, float stddev = 1.0f);
  /// In [low, high).
  Tensor uniform(const Shape& shape, float low = 0.0f, float high = 1.0f);
  /// Normal, drawn again where beyond two standard deviations.
  Tensor truncated_normal(const Shape& shape, float mean = 0.0f, float stddev = 1.0f);
  /// 0, …, count - 1 in random order.
  std::vector<std::int64_t> permutation(std::int64_t count);
  /// `1 / (1 - rate)` with probability 1 - rate, else 0: a dropout mask. `rate` in [0, 1].
  Tensor dropout_mask(const Shape& shape, float rate);

  /// The state, to store it and to continue from it; exact, unlike a tensor's numbers. No other
  /// thread may draw while it is set.
  GeneratorState state() const;
  void set_state(const GeneratorState& state);

  /// The number of draws so far.
  std::uint64_t position() const;
  /// Sets the position back to `to`, unless another draw has moved the stream on from `from`.
  void rewind(std::uint64_t from, std::uint64_t to);

 private:
  std::uint64_t next_draw();

  std::uint64_t key_;
  mutable std::uint64_t counter_ = 0;  // draws (calls), not numbers; read and written atomically
};

/// The state of the process-wide stream, to store it and to continue from it.
GeneratorState process_stream_state();
void set_process_stream_state(const GeneratorState& state);

Tensor normal(const Shape& shape, float mean = 0.0f, float stddev = 1.0f);
Tensor uniform(const Shape& shape, float low = 0.0f, float high = 1.0f);

}  // namespace random
}  // namespace strata
