// Random numbers: Philox streams, and the process-wide one that others branch off.
// Every number is a pure function of key, draw, place in the tensor and attempt, so filling needs
// no order and no thread has a state of its own.
#include "strata/tensor/random.hpp"

#include <Random123/philox.h>

#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <mutex>
#include <numbers>
#include <utility>

#include "core/check.hpp"
#include "core/fork.hpp"
#include "core/parallel.hpp"
#include "core/vector_units.hpp"
#include "tensor/format.hpp"
#include "tensor/own_stream.hpp"

namespace strata {
namespace random {
namespace {

using Words = std::array<std::uint32_t, 4>;

constexpr std::int64_t kLanes = 4;       // numbers a block gives
constexpr std::int64_t kBlockCost = 64;  // in additions, of a block of uniform numbers
constexpr std::uint64_t kSplitBlock = std::numeric_limits<std::uint64_t>::max();
constexpr int kAttemptShift = 48;  // blocks lie below 2^48, attempts above

std::uint32_t low_half(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
std::uint32_t high_half(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }

/// Block number `block` of a draw.
Words words_at(std::uint64_t key, std::uint64_t draw, std::uint64_t block) {
  const r123::Philox4x32 philox;
  const r123::Philox4x32::ctr_type counter{
      {low_half(block), high_half(block), low_half(draw), high_half(draw)}};
  const auto words = philox(counter, {{low_half(key), high_half(key)}});
  return {words[0], words[1], words[2], words[3]};
}

constexpr std::size_t kGroup = 64;  // blocks that are computed side by side

/// The words of kGroup blocks from `block` on, as `words_at` gives them: Random123's Philox4x32-10,
/// written for vectors, because one block at a time was 7 % of a convnet's training step.
void words_from(std::uint64_t key, std::uint64_t draw, std::uint64_t block, std::uint32_t* words) {
  constexpr std::uint64_t kMultiplier[] = {PHILOX_M4x32_0, PHILOX_M4x32_1};
  constexpr std::uint32_t kKeyStep[] = {PHILOX_W32_0, PHILOX_W32_1};
  std::uint32_t c[kLanes][kGroup];
  for (std::size_t i = 0; i < kGroup; ++i) {
    c[0][i] = low_half(block + i);
    c[1][i] = high_half(block + i);
    c[2][i] = low_half(draw);
    c[3][i] = high_half(draw);
  }
  std::uint32_t k[] = {low_half(key), high_half(key)};
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < kGroup; ++i) {
      const std::uint64_t a = kMultiplier[0] * c[0][i];
      const std::uint64_t b = kMultiplier[1] * c[2][i];
      c[0][i] = high_half(b) ^ c[1][i] ^ k[0];
      c[1][i] = low_half(b);
      c[2][i] = high_half(a) ^ c[3][i] ^ k[1];
      c[3][i] = low_half(a);
    }
    k[0] += kKeyStep[0];
    k[1] += kKeyStep[1];
  }
  for (std::size_t i = 0; i < kGroup; ++i) {
    for (std::size_t word = 0; word < kLanes; ++word) words[i * kLanes + word] = c[word][i];
  }
}

/// In [0, 1), of 24 bits: all that a float holds.
float unit(std::uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24f; }

/// Two standard normal numbers of two words (Box and Muller). In double, so that the mathematical
/// libraries of different machines agree after rounding.
std::pair<double, double> normal_pair(std::uint32_t first, std::uint32_t second) {
  const double radius = std::sqrt(-2.0 * std::log((first + 1.0) * 0x1p-32));
  const double angle = 2.0 * std::numbers::pi * second * 0x1p-32;
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

std::array<double, 4> normals_of(const Words& words) {
  const auto [a, b] = normal_pair(words[0], words[1]);
  const auto [c, d] = normal_pair(words[2], words[3]);
  return {a, b, c, d};
}

/// A tensor whose elements come in fours: `four(block)` gives elements 4 * block and on.
template <class Four>
Tensor filled(const Shape& shape, std::int64_t block_cost, const Four& four) {
  Tensor tensor = TensorAccess::uninitialized(shape);
  float* out = TensorAccess::data(tensor);
  const std::int64_t size = tensor.size();
  parallel_for((size + kLanes - 1) / kLanes, block_cost, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; ++block) {
      const std::array<float, kLanes> values = four(static_cast<std::uint64_t>(block));
      const std::int64_t count = std::min(kLanes, size - block * kLanes);
      std::copy_n(values.begin(), count, out + block * kLanes);
    }
  });
  return tensor;
}

void check_normal(const char* who, float mean, float stddev) {
  check(std::isfinite(mean) && std::isfinite(stddev) && stddev >= 0.0f, who,
        "mean must be finite and stddev finite and >= 0. Received: mean={}, stddev={}.", mean,
        stddev);
}

struct ProcessStream {
  ForkSafe<std::mutex> mutex;
  Generator generator{kDefaultSeed};
};

ProcessStream& process_stream() {
  static ProcessStream& instance = *new ProcessStream;  // static objects may draw at exit
  return instance;
}

// A fork while another thread makes it would leave the child waiting for that thread.
[[maybe_unused]] ProcessStream& process_stream_made_at_load = process_stream();

thread_local constinit Generator* own_stream = nullptr;  // null: the process-wide one

Generator child_of_process_stream() {
  if (own_stream != nullptr) return own_stream->split();
  ProcessStream& stream = process_stream();
  const std::scoped_lock lock(stream.mutex);
  return stream.generator.split();
}

}  // namespace

OwnStream::OwnStream(const Generator& stream)
    : stream_(stream), before_(std::exchange(own_stream, &stream_)) {}
OwnStream::~OwnStream() { own_stream = before_; }

Generator::Generator(std::uint64_t seed) : key_(seed) {}

Generator::Generator(std::optional<std::uint64_t> seed)
    : Generator(seed ? Generator(*seed) : child_of_process_stream()) {}

std::uint64_t Generator::next_draw() {
  return std::atomic_ref<std::uint64_t>(counter_).fetch_add(1, std::memory_order_relaxed);
}

GeneratorState Generator::state() const { return {.key = key_, .position = position()}; }

void Generator::set_state(const GeneratorState& state) {
  key_ = state.key;
  std::atomic_ref<std::uint64_t>(counter_).store(state.position, std::memory_order_relaxed);
}

std::uint64_t Generator::position() const {
  return std::atomic_ref<std::uint64_t>(counter_).load(std::memory_order_relaxed);
}

void Generator::rewind(std::uint64_t from, std::uint64_t to) {
  std::atomic_ref<std::uint64_t>(counter_).compare_exchange_strong(from, to,
                                                                   std::memory_order_relaxed);
}

Generator Generator::split() {
  const Words words = words_at(key_, next_draw(), kSplitBlock);
  return Generator(std::uint64_t{words[0]} << 32 | words[1]);
}

Tensor Generator::uniform(const Shape& shape, float low, float high) {
  check(std::isfinite(low) && std::isfinite(high) && low <= high, "random::uniform",
        "low and high must be finite, and low <= high. Received: low={}, high={}.", low, high);
  const double range = static_cast<double>(high) - static_cast<double>(low);
  const float last = std::nextafter(high, low);  // rounding must not reach the open end
  return filled(shape, kBlockCost, [&, draw = next_draw()](std::uint64_t block) {
    const Words words = words_at(key_, draw, block);
    std::array<float, kLanes> values{};
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = std::min(last, static_cast<float>(low + range * unit(words[i])));
    }
    return values;
  });
}

Tensor Generator::normal(const Shape& shape, float mean, float stddev) {
  check_normal("random::normal", mean, stddev);
  return filled(shape, 4 * kBlockCost, [&, draw = next_draw()](std::uint64_t block) {
    const auto normals = normals_of(words_at(key_, draw, block));
    std::array<float, kLanes> values{};
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<float>(mean + stddev * normals[i]);
    }
    return values;
  });
}

Tensor Generator::truncated_normal(const Shape& shape, float mean, float stddev) {
  check_normal("random::truncated_normal", mean, stddev);
  return filled(shape, 5 * kBlockCost, [&, draw = next_draw()](std::uint64_t block) {
    std::array<double, kLanes> normals = normals_of(words_at(key_, draw, block));
    for (std::size_t i = 0; i < normals.size(); ++i) {
      for (std::uint64_t attempt = 1; std::abs(normals[i]) > 2.0; ++attempt) {
        normals[i] = normals_of(words_at(key_, draw, block | attempt << kAttemptShift))[i];
      }
    }
    std::array<float, kLanes> values{};
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<float>(mean + stddev * normals[i]);
    }
    return values;
  });
}

Tensor Generator::dropout_mask(const Shape& shape, float rate) {
  check(rate >= 0.0f && rate <= 1.0f, "random::dropout_mask",
        "rate must lie in [0, 1]. Received: rate={}.", rate);
  const auto fewest = static_cast<std::int32_t>(std::ceil(rate * 0x1p24f));  // unit() >= rate
  Tensor mask = TensorAccess::uninitialized(shape);
  float* const out = TensorAccess::data(mask);
  const std::int64_t size = mask.size();
  constexpr std::int64_t kNumbers = kGroup * kLanes;
  const auto fill = [=, this](std::uint64_t draw, std::int64_t begin, std::int64_t end) {
    const float kept = rate < 1.0f ? 1.0f / (1.0f - rate) : 0.0f;
    for (std::int64_t group = begin; group < end; ++group) {
      std::array<std::uint32_t, kNumbers> words;
      words_from(key_, draw, static_cast<std::uint64_t>(group) * kGroup, words.data());
      const std::int64_t first = group * kNumbers;
      const std::int64_t count = std::min(kNumbers, size - first);
      for (std::int64_t i = 0; i < count; ++i) {
        const auto number = static_cast<std::int32_t>(words[static_cast<std::size_t>(i)] >> 8);
        out[first + i] = number < fewest ? 0.0f : kept;
      }
    }
  };
  parallel_for((size + kNumbers - 1) / kNumbers, kGroup * kBlockCost / 4,
               [&, draw = next_draw()](std::int64_t begin, std::int64_t end) {
                 with_vector_units([&] { fill(draw, begin, end); });
               });
  return mask;
}

std::vector<std::int64_t> Generator::permutation(std::int64_t count) {
  check(count >= 0, "random::permutation", "count must be >= 0. Received: count={}.", count);
  const std::uint64_t draw = next_draw();
  std::uint64_t next = 0;
  const auto below = [&](std::uint64_t bound) {
    const std::uint64_t uneven = -bound % bound;  // 2^64 mod bound: the lowest words, left out
    for (;;) {
      const Words words = words_at(key_, draw, next++);
      const std::uint64_t word = std::uint64_t{words[0]} << 32 | words[1];
      if (word >= uneven) return static_cast<std::size_t>(word % bound);
    }
  };
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < order.size(); ++i) {  // Fisher and Yates, from the front
    const std::size_t j = below(i + 1);
    order[i] = order[j];
    order[j] = static_cast<std::int64_t>(i);
  }
  return order;
}

GeneratorState process_stream_state() {
  ProcessStream& stream = process_stream();
  const std::scoped_lock lock(stream.mutex);
  return stream.generator.state();
}

void set_process_stream_state(const GeneratorState& state) {
  ProcessStream& stream = process_stream();
  const std::scoped_lock lock(stream.mutex);
  stream.generator.set_state(state);
}

Tensor normal(const Shape& shape, float mean, float stddev) {
  return child_of_process_stream().normal(shape, mean, stddev);
}

Tensor uniform(const Shape& shape, float low, float high) {
  return child_of_process_stream().uniform(shape, low, high);
}

}  // namespace random

void set_random_seed(std::uint64_t seed) {
  if (random::own_stream != nullptr) {
    *random::own_stream = random::Generator(seed);
    return;
  }
  random::ProcessStream& stream = random::process_stream();
  const std::scoped_lock lock(stream.mutex);
  stream.generator = random::Generator(seed);
}

}  // namespace strata
