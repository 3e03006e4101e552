// The floating-point mode of steps and of the program's threads.
#include "core/subnormals.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <limits>
#include <stdexcept>
#include <vector>

#include "core/parallel.hpp"

namespace strata::testing {
namespace {

constexpr float kSmallest = std::numeric_limits<float>::min();

// Computed when called: the compiler does not know the operands.
float product(float a, float b) {
  const volatile float factor = b;
  return a * factor;
}

class Subnormals : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!kCanFlushSubnormals) GTEST_SKIP() << "this CPU's mode is not known";
  }
};

TEST_F(Subnormals, AreKeptElsewhere) {
  EXPECT_EQ(product(kSmallest, 0.5f), kSmallest / 2);
  EXPECT_EQ(product(kSmallest / 2, 4.0f), 2 * kSmallest);
}

TEST_F(Subnormals, AreZeroAsResultsAndAsOperandsWhileTheScopeLasts) {
  {
    const FlushSubnormals flush;
    EXPECT_EQ(product(kSmallest, 0.5f), 0.0f);
    EXPECT_EQ(product(std::numeric_limits<float>::denorm_min(), 1e30f), 0.0f);
    EXPECT_EQ(product(kSmallest, 1.0f), kSmallest);
  }
  EXPECT_EQ(product(kSmallest, 0.5f), kSmallest / 2);
}

TEST_F(Subnormals, ScopesNest) {
  const FlushSubnormals flush;
  {
    const FlushSubnormals keep(false);
    EXPECT_EQ(product(kSmallest, 0.5f), kSmallest / 2);
  }
  EXPECT_EQ(product(kSmallest, 0.5f), 0.0f);
}

TEST_F(Subnormals, AreKeptAgainAfterAnException) {
  EXPECT_THROW(
      {
        const FlushSubnormals flush;
        throw std::runtime_error("of a layer");
      },
      std::runtime_error);
  EXPECT_FALSE(FlushSubnormals::on());
}

TEST_F(Subnormals, AreToEveryWorkerWhatTheyAreToTheCaller) {
  for (const bool flush : {true, false}) {
    const FlushSubnormals scope(flush);
    std::vector<float> halves(8, -1.0f);
    parallel_parts(8, 4, [&](std::int64_t part, int) {
      halves[static_cast<std::size_t>(part)] = product(kSmallest, 0.5f);
    });
    EXPECT_EQ(halves, std::vector<float>(8, flush ? 0.0f : kSmallest / 2));
  }
}

#if defined(__x86_64__)

using Word = unsigned;

// Without the flags of exceptions that occurred, which a computation may set.
Word control_word() { return _mm_getcsr() & ~0x3fU; }
void set_control_word(Word word) { _mm_setcsr(word); }
bool traps_nothing(Word word) { return (word & 0x1f80U) == 0x1f80U; }

// Every setting of "flush to zero", "denormals are zero" and the rounding mode, with and without a
// trap on subnormal operands.
std::vector<Word> control_words() {
  std::vector<Word> words;
  for (const unsigned flush : {0x0000U, 0x8000U, 0x0040U, 0x8040U}) {
    for (const unsigned rounding : {0x0000U, 0x2000U, 0x4000U, 0x6000U}) {
      for (const unsigned masked : {0x1f80U, 0x1e80U}) words.push_back(flush | rounding | masked);
    }
  }
  return words;
}

#elif defined(__aarch64__)

using Word = std::uint64_t;

Word control_word() {
  Word word;
  asm volatile("mrs %0, fpcr" : "=r"(word));
  return word;
}
void set_control_word(Word word) { asm volatile("msr fpcr, %0" : : "r"(word)); }
bool traps_nothing(Word word) { return (word & 0x9f00U) == 0; }

// Every setting of "flush to zero", "default NaN" and the rounding mode. Most CPUs can't trap.
std::vector<Word> control_words() {
  std::vector<Word> words;
  for (const Word flush : {0U, 1U << 24}) {
    for (const Word default_nan : {0U, 1U << 25}) {
      for (const Word rounding : {0U, 1U << 22, 2U << 22, 3U << 22})
        words.push_back(flush | default_nan | rounding);
    }
  }
  return words;
}

#endif

#if defined(__x86_64__) || defined(__aarch64__)

class ControlWord : public ::testing::TestWithParam<Word> {
 protected:
  void SetUp() override { set_control_word(GetParam()); }
  void TearDown() override { set_control_word(before_); }
  static Word now() { return control_word(); }
  const Word before_ = control_word();
};

TEST_P(ControlWord, IsWhatItWasAfterEachScope) {
  for (const bool flush : {true, false}) {
    { const FlushSubnormals scope(flush); }
    EXPECT_EQ(now(), GetParam());
  }
  try {
    const FlushSubnormals scope;
    throw std::runtime_error("of a layer");
  } catch (const std::runtime_error&) {
    EXPECT_EQ(now(), GetParam());
  }
}

TEST_P(ControlWord, TrapsNothingInAScope) {
  const FlushSubnormals scope;
  EXPECT_TRUE(traps_nothing(now()));
}

TEST_P(ControlWord, IsTheCallersOnEveryWorker) {
  std::vector<Word> words(8);
  const KeepHelpers keep(4);
  parallel_parts(8, 4,
                 [&](std::int64_t part, int) { words[static_cast<std::size_t>(part)] = now(); });
  EXPECT_EQ(words, std::vector<Word>(8, GetParam()));
  EXPECT_EQ(now(), GetParam());
}

// OpenMP's worker threads are shared with the program's own parallel loops, so they must keep their
// mode.
TEST_P(ControlWord, OfHelpersIsTheirOwnAfterwards) {
  const auto words_of_helpers = [] {
    std::vector<Word> words(4);
#pragma omp parallel num_threads(4)
    if (omp_get_thread_num() > 0) words[static_cast<std::size_t>(omp_get_thread_num())] = now();
    return words;
  };
  const std::vector<Word> before = words_of_helpers();
  const KeepHelpers keep(4);
  parallel_parts(8, 4, [](std::int64_t, int) {});
  EXPECT_EQ(words_of_helpers(), before);
}

INSTANTIATE_TEST_SUITE_P(Subnormals, ControlWord, ::testing::ValuesIn(control_words()));

#endif

}  // namespace
}  // namespace strata::testing
