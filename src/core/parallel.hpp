// Loops over a fixed partition of the work. The partition depends on the work alone, never on the
// number of threads, so that results are the same to the bit with one thread or many.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>

namespace strata {

/// Calls `body(part)` for every part in [0, parts), in parallel if that is faster. If bodies throw,
/// the caller gets the exception of the lowest part that threw; other parts may then be skipped.
void parallel_parts(std::int64_t parts, const std::function<void(std::int64_t)>& body);

/// How many threads at most share so many parts.
int worker_count(std::int64_t parts);

/// The same on that many workers, for bodies that need room to work in: `body(part, worker)`.
void parallel_parts(std::int64_t parts, int workers,
                    const std::function<void(std::int64_t, int)>& body);

/// For tests: while this lives, loops of this thread use worker threads even where that is slower,
/// and as if `cpus` CPUs were available (0: the actual number).
class KeepHelpers {
 public:
  explicit KeepHelpers(int cpus = 0);
  ~KeepHelpers();
  KeepHelpers(const KeepHelpers&) = delete;
  KeepHelpers& operator=(const KeepHelpers&) = delete;

 private:
  const bool before_;
  const int cpus_before_;
};

/// Consecutive items of a fixed partition.
struct Part {
  std::int64_t begin;
  std::int64_t end;

  static Part of(std::int64_t count, std::int64_t part, std::int64_t parts) {
    return {count * part / parts, count * (part + 1) / parts};
  }
};

/// What a part has at least, in additions: small enough that threads share the parts evenly.
inline constexpr std::int64_t kItemsPerPart = 1 << 12;
/// How many such parts are worth other threads; less work stays in one part. Where cores share no
/// cache, it takes longer to hand small data over than to do the work.
inline constexpr std::int64_t kFewestParts = 16;

/// The most parts of a loop, unless it has much work.
inline constexpr std::int64_t kMostParts = 64;
/// The most parts of any loop.
inline constexpr std::int64_t kMostPartsOfAll = 1024;

/// The most parts of a loop of `work` additions: more than `few` if each part has at least
/// `worth_a_core` of them, since more cores then help.
inline std::int64_t most_parts(std::int64_t work, std::int64_t few, std::int64_t worth_a_core) {
  return std::clamp(work / worth_a_core, few, kMostPartsOfAll);
}

/// How many parts [0, count) is cut into if each item costs about `cost` additions.
inline std::int64_t part_count(std::int64_t count, std::int64_t cost = 1) {
  constexpr std::int64_t kWorthACore = 1 << 16;
  const std::int64_t parts = count * cost / kItemsPerPart;
  if (parts < kFewestParts) return 1;
  return std::min({parts, count, most_parts(count * cost, kMostParts, kWorthACore)});
}

/// How many parts rows are cut into if each part sums its rows column by column, at about `cost`
/// additions per element: few enough that adding the parts' sums costs little.
inline std::int64_t column_sum_parts(std::int64_t rows, std::int64_t columns,
                                     std::int64_t cost = 1) {
  constexpr std::int64_t kRowsPerSum = 256;
  return std::min({part_count(rows * columns, cost), std::max<std::int64_t>(rows, 1),
                   std::max(kMostParts, rows / kRowsPerSum)});
}

/// How many parts, at most `most`, `items` are cut into for matrix products of so many
/// multiplications in all.
inline std::int64_t product_parts(std::int64_t products, std::int64_t items, std::int64_t most) {
  constexpr std::int64_t kProductsPerPart = 1 << 17;
  constexpr std::int64_t kFewest = 32;
  const std::int64_t parts = products / kProductsPerPart;
  return parts < kFewest ? 1 : std::clamp<std::int64_t>(std::min(parts, items), 1, most);
}

/// The most parts of a product of `products` multiplications if each part writes its own outputs.
inline std::int64_t most_product_parts(std::int64_t products) {
  constexpr std::int64_t kWorthACore = 1 << 22;
  return most_parts(products, kMostParts, kWorthACore);
}

/// Calls `body(begin, end)` for consecutive ranges that cover [0, count).
template <class Body>
void parallel_for(std::int64_t count, std::int64_t cost, Body&& body) {
  const std::int64_t parts = part_count(count, cost);
  if (parts == 1) return body(std::int64_t{0}, count);
  parallel_parts(parts, [&](std::int64_t part) {
    const Part range = Part::of(count, part, parts);
    body(range.begin, range.end);
  });
}

}  // namespace strata
