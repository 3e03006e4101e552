// The automatic names of layers, and clear_session, which starts them anew.
#include "strata/layers/clear_session.hpp"

#include <mutex>
#include <string>
#include <unordered_map>

#include "core/fork.hpp"
#include "strata/layers/layer.hpp"
#include "strata/tensor/random.hpp"

namespace strata {
namespace {

struct NameCounts {
  ForkSafe<std::mutex> mutex;
  std::unordered_map<std::string, int> of_base;
};

NameCounts& name_counts() {
  static NameCounts& instance = *new NameCounts;  // never destroyed, as no fork hook is
  return instance;
}

// A fork while another thread makes them would leave the child waiting for that thread.
[[maybe_unused]] NameCounts& name_counts_made_at_load = name_counts();

}  // namespace

namespace layers {

std::string unique_name(const std::string& base) {
  NameCounts& counts = name_counts();
  const std::scoped_lock lock(counts.mutex);
  const int count = counts.of_base[base]++;
  return count == 0 ? base : base + "_" + std::to_string(count);
}

}  // namespace layers

void clear_session() {
  {
    NameCounts& counts = name_counts();
    const std::scoped_lock lock(counts.mutex);
    counts.of_base.clear();
  }
  set_random_seed(random::kDefaultSeed);
}

}  // namespace strata
