// The loops of penalties on the norms of groups: values, gradients, proximal points.
#include "kernels/weights/groups.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"

namespace strata::kernels {
namespace {

// So many groups are summed at once where they lie side by side.
constexpr std::int64_t kGroupsAtOnce = 256;
// A part takes at least as many neighbouring groups as share a cache line.
constexpr std::int64_t kFewestGroups = 16;

double squares_of_run(const float* x, std::int64_t count) {
  constexpr std::int64_t kLanes = 8;
  std::array<double, kLanes> lanes{};
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::int64_t lane = 0; lane < kLanes; ++lane) {
      const auto value = static_cast<double>(x[i + lane]);
      lanes[static_cast<std::size_t>(lane)] += value * value;
    }
  }
  for (; i < count; ++i) lanes[0] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  return std::accumulate(lanes.begin(), lanes.end(), 0.0);
}

// The first element of the group's `run`th run, of `innermost` elements.
std::int64_t start_of_run(const GroupLayout& l, std::int64_t group, std::int64_t run) {
  const std::int64_t outer = group / l.kept_inner;
  const std::int64_t inner = group % l.kept_inner;
  const std::int64_t z = run / l.between;
  const std::int64_t a = run % l.between;
  return (((z * l.kept_outer + outer) * l.between + a) * l.kept_inner + inner) * l.innermost;
}

// Adds the squares of the groups [first, last), which agree in the outer kept axis, to `sums`.
void add_squares(const GroupLayout& l, const float* x, std::int64_t first, std::int64_t last,
                 double* __restrict sums) {
  for (std::int64_t run = 0; run < l.outermost * l.between; ++run) {
    const float* __restrict row = x + start_of_run(l, first, run);
    if (l.innermost == 1) {
      for (std::int64_t i = 0; i < last - first; ++i)
        sums[i] += static_cast<double>(row[i]) * static_cast<double>(row[i]);
    } else {
      for (std::int64_t i = 0; i < last - first; ++i)
        sums[i] += squares_of_run(row + i * l.innermost, l.innermost);
    }
  }
}

std::int64_t parts_of_groups(const GroupLayout& l) {
  const std::int64_t groups = l.groups();
  const std::int64_t strip = l.innermost == 1 ? kFewestGroups : 1;
  return std::min(part_count(groups, l.group_size()), std::max<std::int64_t>(groups / strip, 1));
}

float signed_share(float x, float l1) { return x > 0.0f ? l1 : x < 0.0f ? -l1 : 0.0f; }

template <class Write>
void write_gradient_of_rows(const GroupLayout& l, IndexRange rows, const float* x,
                            const float* norms, float scale, float l1, float* out, Write write) {
  const std::int64_t length = l.kept_inner * l.innermost;
  for (std::int64_t row = rows.begin; row < rows.end; ++row) {
    const float* __restrict from = x + row * length;
    float* __restrict to = out + row * length;
    const float* __restrict norm = norms + row / l.between % l.kept_outer * l.kept_inner;
    if (l.innermost == 1) {
      for (std::int64_t i = 0; i < length; ++i) {
        const float share = norm[i] > 0.0f ? from[i] / norm[i] * scale : norm[i] * 0.0f;
        write(to[i], share + signed_share(from[i], l1));
      }
      continue;
    }
    for (std::int64_t group = 0; group < l.kept_inner; ++group) {
      const float of_group = norm[group];
      for (std::int64_t i = group * l.innermost; i < (group + 1) * l.innermost; ++i) {
        const float share = of_group > 0.0f ? from[i] / of_group * scale : of_group * 0.0f;
        write(to[i], share + signed_share(from[i], l1));
      }
    }
  }
}

// What the elements `u` of one group become; `c` is the step times the factor.
struct GroupOfElements {
  const GroupLayout& layout;
  double factor;
  double step;
  const float* steps;
  float* x;

  template <class Visit>
  void visit(std::int64_t group, const Visit& visit) const {
    for (std::int64_t run = 0; run < layout.outermost * layout.between; ++run) {
      const std::int64_t start = start_of_run(layout, group, run);
      for (std::int64_t i = start; i < start + layout.innermost; ++i) {
        const double t = steps == nullptr ? step : static_cast<double>(steps[i]);
        visit(x[i], static_cast<double>(x[i]), t * factor);
      }
    }
  }

  // `Σ (u / (s + c))²` and its derivative by s.
  std::pair<double, double> excess(std::int64_t group, double s) const {
    double sum = 0.0;
    double slope = 0.0;
    visit(group, [&](float&, double u, double c) {
      if (u == 0.0) return;
      const double ratio = u / (s + c);
      sum += ratio * ratio;
      slope -= 2.0 * ratio * ratio / (s + c);
    });
    return {sum, slope};
  }

  // The s > 0 where that is 1, or 0 where it is less everywhere: the left side falls in s, so a
  // Newton step that leaves the bracket is replaced by its middle.
  double scale(std::int64_t group) const {
    double squares = 0.0;
    visit(group, [&](float&, double u, double) { squares += u * u; });
    if (!(squares > 0.0) || excess(group, 0.0).first <= 1.0) return 0.0;
    double low = 0.0;
    double high = std::sqrt(squares);
    double s = 0.5 * high;
    for (int i = 0; i < 100 && high - low > 1e-14 * high; ++i) {
      const auto [sum, slope] = excess(group, s);
      (sum > 1.0 ? low : high) = s;
      // 1 / sqrt(sum) is almost straight in s, so Newton's step is taken on it.
      const double next = s + 2.0 * sum * (1.0 - std::sqrt(sum)) / slope;
      if (next == s) break;
      s = next > low && next < high ? next : 0.5 * (low + high);
    }
    return s;
  }

  void shrink(std::int64_t group) const {
    if (factor == 0.0) return;
    const double s = scale(group);
    visit(group, [&](float& w, double u, double c) {
      w = s > 0.0 ? static_cast<float>(u * (s / (s + c))) : static_cast<float>(u * 0.0);
      if (w == 0.0f) w = 0.0f;  // not -0
    });
  }
};

}  // namespace

double group_norms(const GroupLayout& layout, const float* x, float* norms) {
  const std::int64_t parts = parts_of_groups(layout);
  std::array<double, kMostPartsOfAll> totals{};
  parallel_parts(parts, [&](std::int64_t part) {
    const IndexRange range = IndexRange::of_part(layout.groups(), part, parts);
    double total = 0.0;
    for (std::int64_t first = range.begin; first < range.end;) {
      const std::int64_t row_end = (first / layout.kept_inner + 1) * layout.kept_inner;
      const std::int64_t last = std::min({range.end, row_end, first + kGroupsAtOnce});
      std::array<double, kGroupsAtOnce> sums{};
      with_vector_units([&] { add_squares(layout, x, first, last, sums.data()); });
      for (std::int64_t group = first; group < last; ++group) {
        const double norm = std::sqrt(sums[static_cast<std::size_t>(group - first)]);
        norms[group] = static_cast<float>(norm);
        total += norm;
      }
      first = last;
    }
    totals[static_cast<std::size_t>(part)] = total;
  });
  return std::accumulate(totals.begin(), totals.begin() + parts, 0.0);
}

void group_gradient(const GroupLayout& layout, const float* x, const float* norms, float scale,
                    float l1, float* gradient, bool add) {
  const std::int64_t rows = layout.outermost * layout.kept_outer * layout.between;
  const std::int64_t length = layout.kept_inner * layout.innermost;
  parallel_for(rows, 4 * length, [=](std::int64_t begin, std::int64_t end) {
    with_vector_units([=] {
      if (add) {
        write_gradient_of_rows(layout, {begin, end}, x, norms, scale, l1, gradient,
                               [](float& slot, float term) { slot += term; });
      } else {
        write_gradient_of_rows(layout, {begin, end}, x, norms, scale, l1, gradient,
                               [](float& slot, float term) { slot = term; });
      }
    });
  });
}

void group_proximal(const GroupLayout& layout, double factor, double step, const float* steps,
                    float* x) {
  const GroupOfElements elements{layout, factor, step, steps, x};
  parallel_for(layout.groups(), 16 * layout.group_size(),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t group = begin; group < end; ++group) elements.shrink(group);
               });
}

}  // namespace strata::kernels
