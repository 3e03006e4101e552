// Loops over a fixed partition of the work. The partition depends on the work alone, never on the
// number of threads, so that results are the same to the bit with one thread or many.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>

namespace strata {

/// Calls `body(part)` for every part in [0, parts), in parallel where there are threads. `body`
/// does not throw.
void parallel_parts(std::int64_t parts, const std::function<void(std::int64_t)>& body);

/// Items a part must have for a thread to be worth waking, if an item costs about one addition.
inline constexpr std::int64_t kItemsPerPart = 1 << 14;

/// How many parts [0, count) is cut into if each item costs about `cost` additions: at most 64.
inline std::int64_t part_count(std::int64_t count, std::int64_t cost = 1) {
  return std::clamp<std::int64_t>(count * cost / kItemsPerPart, 1,
                                  std::min<std::int64_t>(64, std::max<std::int64_t>(count, 1)));
}

/// Calls `body(begin, end)` for consecutive ranges that cover [0, count).
template <class Body>
void parallel_for(std::int64_t count, std::int64_t cost, Body&& body) {
  const std::int64_t parts = part_count(count, cost);
  if (parts == 1) return body(std::int64_t{0}, count);
  parallel_parts(
      parts, [&](std::int64_t part) { body(count * part / parts, count * (part + 1) / parts); });
}

}  // namespace strata
