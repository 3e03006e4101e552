// Picks runs of indices from each row, and adds gradients back to them.
#include "ops/pick_runs.hpp"

#include <algorithm>
#include <numeric>

#include "core/parallel.hpp"
#include "ops/gradient_target.hpp"

namespace strata::ops {
namespace {

// Calls `body(offset in the row, offset in what is picked, count)` for each run of the rows.
template <class Body>
void for_each_run(IndexRange rows, std::int64_t extent, const std::vector<IndexRun>& runs,
                  const Body& body) {
  std::int64_t picked = 0;
  for (std::int64_t row = rows.begin; row < rows.end; ++row) {
    for (const IndexRun& run : runs) {
      body(row * extent + run.first, picked, run.count);
      picked += run.count;
    }
  }
}

std::int64_t count_of(const std::vector<IndexRun>& runs) {
  return std::accumulate(runs.begin(), runs.end(), std::int64_t{0},
                         [](std::int64_t sum, const IndexRun& run) { return sum + run.count; });
}

}  // namespace

std::vector<IndexRun> runs_of(const std::vector<int>& indices) {
  std::vector<IndexRun> runs;
  for (const int index : indices) {
    if (!runs.empty() && runs.back().first + runs.back().count == index) {
      ++runs.back().count;
    } else {
      runs.push_back({index, 1});
    }
  }
  return runs;
}

Tensor pick_runs(const Tensor& x, const std::shared_ptr<const std::vector<IndexRun>>& runs) {
  const std::int64_t extent = x.shape().back();
  const std::int64_t width = count_of(*runs);
  Tensor result = TensorAccess::uninitialized(x.shape().with(x.rank() - 1, width));
  const std::int64_t rows = width == 0 ? 0 : result.size() / width;
  parallel_for(
      rows, width, [&, to = TensorAccess::data(result)](std::int64_t begin, std::int64_t end) {
        float* const own = to + begin * width;
        for_each_run(
            {begin, end}, extent, *runs,
            [from = x.data(), own](std::int64_t at, std::int64_t picked, std::int64_t count) {
              std::copy_n(from + at, count, own + picked);
            });
      });
  return autodiff::record("select", std::move(result), {x},
                          [runs, rows, width, shape = x.shape()](const Tensor& gradient,
                                                                 autodiff::InputGradients& inputs) {
                            GradientTarget dx(inputs, 0, shape);
                            float* const to = dx.zeroed_data();
                            if (to == nullptr) return;
                            // An index may stand in several runs, which are added one after the other.
                            parallel_for(rows, width, [&](std::int64_t begin, std::int64_t end) {
                              const float* const from = gradient.data() + begin * width;
                              for_each_run(
                                  {begin, end}, shape.back(), *runs,
                                  [=](std::int64_t at, std::int64_t picked, std::int64_t count) {
                                    for (std::int64_t i = 0; i < count; ++i)
                                      to[at + i] += from[picked + i];
                                  });
                            });
                            dx.finish();
                          });
}

}  // namespace strata::ops
