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

/// The most threads ("workers") that share so many parts.
int worker_count(std::int64_t parts);

/// The same on at most so many workers, for bodies that need memory per worker: `body(part,
/// worker)` with workers counted from 0.
void parallel_parts(std::int64_t parts, int workers,
                    const std::function<void(std::int64_t, int)>& body);

/// For tests: while this lives, loops of this thread use worker threads even where that is slower,
/// as if `cpus` CPUs were available (0: the actual number).
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

/// Consecutive items.
struct IndexRange {
  std::int64_t begin;
  std::int64_t end;

  /// The items of one part if [0, count) is split into `parts`.
  static IndexRange of_part(std::int64_t count, std::int64_t part, std::int64_t parts) {
    return {count * part / parts, count * (part + 1) / parts};
  }
};

/// The least work of a part, in additions: small enough that threads get about equal shares.
inline constexpr std::int64_t kItemsPerPart = 1 << 12;
/// Less work than so many parts stays in one part: where cores share no cache, moving small data
/// between them takes longer than the work.
inline constexpr std::int64_t kFewestParts = 16;

/// The most parts of a loop without much work.
inline constexpr std::int64_t kMostParts = 64;
/// The most parts of any loop.
inline constexpr std::int64_t kMostPartsOfAll = 1024;

/// The most parts of a loop of `work` additions: `few`, or more if each then has at least
/// `worth_a_core` of them.
inline std::int64_t most_parts(std::int64_t work, std::int64_t few, std::int64_t worth_a_core) {
  return std::clamp(work / worth_a_core, few, kMostPartsOfAll);
}

/// How many parts [0, count) is split into if each item costs about `cost` additions.
inline std::int64_t part_count(std::int64_t count, std::int64_t cost = 1) {
  constexpr std::int64_t kWorthACore = 1 << 16;
  const std::int64_t parts = count * cost / kItemsPerPart;
  if (parts < kFewestParts) return 1;
  return std::min({parts, count, most_parts(count * cost, kMostParts, kWorthACore)});
}

/// How many parts rows are split into if each part sums its rows column by column, at about `cost`
/// additions per element: few enough that adding up the parts' sums costs little.
inline std::int64_t column_sum_parts(std::int64_t rows, std::int64_t columns,
                                     std::int64_t cost = 1) {
  constexpr std::int64_t kRowsPerSum = 256;
  return std::min({part_count(rows * columns, cost), std::max<std::int64_t>(rows, 1),
                   std::max(kMostParts, rows / kRowsPerSum)});
}

/// How many parts, at most `most`, `items` are split into for matrix products of `products`
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
    const IndexRange range = IndexRange::of_part(count, part, parts);
    body(range.begin, range.end);
  });
}

}  // namespace strata
