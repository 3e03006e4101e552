// Gathering a batch from data in a random order.
#include "micro/micro.hpp"

namespace strata::micro {
namespace {

void add_gather(const std::string& name, const Shape& data, std::int64_t batch) {
  const double floats =
      static_cast<double>(batch * data.element_count()) / static_cast<double>(data.front());
  add("gather/" + name, {"bytes/s", 4 * floats}, [=] {
    const std::vector<std::int64_t> order = random::Generator(1).permutation(data.front());
    return [=, x = random::uniform(data), next = std::size_t{0}]() mutable {
      const auto count = static_cast<std::size_t>(batch);
      if (next + count > order.size()) next = 0;
      const auto rows = std::span(order).subspan(next, count);
      next += count;
      return data::gather_rows(x, rows);
    };
  });
}

}  // namespace

void add_batches() {
  add_gather("128_of_10000x784", {10000, 784}, 128);
  add_gather("32_of_10000x784", {10000, 784}, 32);
  add_gather("128_of_10000_labels", {10000}, 128);
}

}  // namespace strata::micro
