// Buffers: alignment, sharing, and what the pool gives back.
#include "strata/core/buffer.hpp"

#include <gtest/gtest.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <new>
#include <string>
#include <thread>
#include <vector>

namespace strata::testing {
namespace {

// Under AddressSanitizer every buffer is an allocation of its own.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kPooled = false;
#elif defined(__has_feature)
constexpr bool kPooled = !__has_feature(address_sanitizer);
#else
constexpr bool kPooled = true;
#endif

TEST(Buffer, IsAlignedToACacheLine) {
  for (const std::size_t count : {0U, 1U, 15U, 16U, 17U, 1000U, 4097U, 1'000'000U}) {
    const Buffer buffer = Buffer::uninitialized(count);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64, 0U) << count;
  }
}

TEST(Buffer, HoldsAsManyFloatsAsWereAskedFor) {
  for (std::size_t count = 1; count < 3000; count = count * 5 / 4 + 1) {
    const Buffer buffer = Buffer::uninitialized(count);
    const Buffer neighbour = Buffer::uninitialized(count);
    for (std::size_t i = 0; i < count; ++i) buffer.data()[i] = 1.0f;
    for (std::size_t i = 0; i < count; ++i) neighbour.data()[i] = 2.0f;
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(buffer.data()[i], 1.0f) << count;
  }
}

#if defined(__linux__)

// The flags of the mapping that holds an address, as the system lists them.
std::string mapping_flags(const void* address) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream mappings("/proc/self/smaps");
  bool within = false;
  for (std::string line; std::getline(mappings, line);) {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " ", &begin, &end) == 2)
      within = begin <= wanted && wanted < end;
    if (within && line.rfind("VmFlags:", 0) == 0) return line + " ";
  }
  return {};
}

// Whether the system has huge pages, and lists which mappings ask for them; an emulated one may not.
bool lists_huge_pages() {
  constexpr std::size_t kBytes = std::size_t{8} << 20;
  void* const pages =
      mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return false;
  const bool listed = madvise(pages, kBytes, MADV_HUGEPAGE) == 0 &&
                      mapping_flags(pages).find(" hg ") != std::string::npos;
  munmap(pages, kBytes);
  return listed;
}

TEST(Buffer, OfManyRowsAsksForHugePages) {
  if (!lists_huge_pages()) GTEST_SKIP() << "this system lists none";
  const std::size_t many = std::size_t{20} << 20;
  const Buffer large = Buffer::uninitialized(many);
  const Buffer small = Buffer::uninitialized(1000);
  EXPECT_NE(mapping_flags(large.data() + many / 2).find(" hg "), std::string::npos);
  EXPECT_EQ(mapping_flags(small.data()).find(" hg "), std::string::npos);
}

#endif

TEST(Buffer, OfNothingIsNull) {
  const Buffer none;
  EXPECT_FALSE(none);
  EXPECT_EQ(none.data(), nullptr);
}

TEST(Buffer, CopiesShareTheFloats) {
  const Buffer buffer = Buffer::uninitialized(4);
  const Buffer copy = buffer;
  EXPECT_EQ(copy.data(), buffer.data());
  EXPECT_TRUE(copy == buffer);
  EXPECT_FALSE(copy == Buffer::uninitialized(4));
}

TEST(Buffer, AdoptsWhatAnOwnerHoldsAndDestroysItOnce) {
  static int destroyed;
  destroyed = 0;
  std::vector<float> owner = {1, 2, 3};
  const auto destroy = [](void* adopted) noexcept {
    static_cast<std::vector<float>*>(adopted)->clear();
    ++destroyed;
  };
  {
    const Buffer buffer = Buffer::adopted(owner.data(), &owner, destroy);
    EXPECT_EQ(buffer.data(), owner.data());
    EXPECT_TRUE(buffer.unique());
    {
      const Buffer copy = buffer;
      EXPECT_EQ(copy.data(), owner.data());
    }
    EXPECT_EQ(destroyed, 0);
  }
  EXPECT_EQ(destroyed, 1);
  EXPECT_TRUE(owner.empty());
  // The block that held the pointer is one of the pool's again, with its own floats behind it.
  const Buffer next = Buffer::uninitialized(16);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(next.data()) % 64, 0U);
  next.data()[15] = 1.0f;
}

TEST(Buffer, IsUniqueWhileItHasOneOwner) {
  Buffer buffer = Buffer::uninitialized(4);
  EXPECT_TRUE(buffer.unique());
  {
    const Buffer copy = buffer;
    EXPECT_FALSE(buffer.unique());
    EXPECT_FALSE(copy.unique());
  }
  EXPECT_TRUE(buffer.unique());
}

TEST(Buffer, MovesWithoutAnotherOwner) {
  Buffer buffer = Buffer::uninitialized(4);
  float* data = buffer.data();
  const Buffer moved = std::move(buffer);
  EXPECT_EQ(moved.data(), data);
  EXPECT_TRUE(moved.unique());
}

TEST(Buffer, AssignsToItself) {
  Buffer buffer = Buffer::uninitialized(4);
  buffer.data()[0] = 3.0f;
  const Buffer& same = buffer;
  buffer = same;
  EXPECT_EQ(buffer.data()[0], 3.0f);
  EXPECT_TRUE(buffer.unique());
}

TEST(Buffer, ComesBackFromThePool) {
  if (!kPooled) GTEST_SKIP() << "no pool under AddressSanitizer";
  float* first = Buffer::uninitialized(12345).data();  // given back at once
  EXPECT_EQ(Buffer::uninitialized(12345).data(), first);
}

TEST(Buffer, OfAnotherSizeClassDoesNotComeFromTheSameBlock) {
  const Buffer small = Buffer::uninitialized(100);
  float* freed = nullptr;
  { freed = Buffer::uninitialized(100).data(); }
  EXPECT_NE(Buffer::uninitialized(100'000).data(), freed);
}

TEST(Buffer, TooLargeForAnyMachineIsRefused) {
  EXPECT_THROW(Buffer::uninitialized(std::size_t{1} << 60), std::bad_alloc);
  EXPECT_THROW(Buffer::uninitialized(SIZE_MAX), std::bad_alloc);
}

TEST(Buffer, MayBeGivenBackByAnotherThread) {
  std::vector<Buffer> buffers(64);
  for (Buffer& buffer : buffers) buffer = Buffer::uninitialized(777);
  std::thread([taken = std::move(buffers)] { EXPECT_TRUE(taken.front().unique()); }).join();
  EXPECT_TRUE(Buffer::uninitialized(777).unique());
}

TEST(Buffer, IsSharedSafelyBetweenThreads) {
  const Buffer buffer = Buffer::uninitialized(16);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 10'000; ++round) {
        const Buffer copy = buffer;
        const Buffer own = Buffer::uninitialized(16);
        own.data()[0] = copy.data() != nullptr ? 1.0f : 0.0f;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(buffer.unique());
}

}  // namespace
}  // namespace strata::testing
