// Cuts the data of a regularization path into the runs of its folds.
#include "models/path_folds.hpp"

#include <set>

#include "core/check.hpp"
#include "strata/data/rows.hpp"
#include "training/samples.hpp"

namespace strata::models {
namespace {

constexpr const char* kWho = "regularization_path";

using Indices = std::vector<std::int64_t>;

/// The samples that each fold holds out.
std::vector<Indices> held_out_samples(const Folds& folds, std::int64_t samples) {
  std::vector<Indices> all;
  if (folds.count()) {
    const int count = *folds.count();
    check(count >= 2 && count <= samples, kWho,
          "there must be at least 2 folds, and no more than samples. Received: folds={} of {} "
          "samples.",
          count, samples);
    all.resize(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < samples; ++i)
      all[static_cast<std::size_t>(i % count)].push_back(i);
    return all;
  }
  all = *folds.held_out();
  check(all.size() >= 2, kWho, "there must be at least 2 folds. Received: {}.", all.size());
  for (const Indices& fold : all) {
    const std::set<std::int64_t> distinct(fold.begin(), fold.end());
    check(!fold.empty() && distinct.size() == fold.size() &&
              static_cast<std::int64_t>(fold.size()) < samples,
          kWho,
          "a fold holds out samples, each once, but not all. Received: {} of {}, {} of them "
          "different.",
          fold.size(), samples, distinct.size());
    check(*distinct.begin() >= 0 && *distinct.rbegin() < samples, kWho,
          "a fold lists samples from 0 to {}. Received: {}.", samples - 1,
          *distinct.begin() < 0 ? *distinct.begin() : *distinct.rbegin());
  }
  return all;
}

Indices all_but(const Indices& held_out, std::int64_t samples) {
  std::vector<bool> is_out(static_cast<std::size_t>(samples), false);
  for (const std::int64_t i : held_out) is_out[static_cast<std::size_t>(i)] = true;
  Indices rest;
  for (std::int64_t i = 0; i < samples; ++i) {
    if (!is_out[static_cast<std::size_t>(i)]) rest.push_back(i);
  }
  return rest;
}

Tensors rows(const Tensors& all, const Indices& indices) {
  return all.map([&](const Tensor& each) {
    return each.defined() ? data::gather_rows(each, indices) : Tensor();
  });
}

Tensor rows(const Tensor& all, const Indices& indices) {
  return all.defined() ? data::gather_rows(all, indices) : Tensor();
}

}  // namespace

std::vector<FoldData> all_runs(const Tensors& x, const Tensors& y,
                               const RegularizationPathOptions& options) {
  const Tensor& weights = options.fit.sample_weight;
  const training::Samples samples(kWho, x, y, weights);
  std::vector<FoldData> runs = {{x, y, weights, options.validation_data, !options.folds.given()}};
  if (!options.folds.given()) return runs;
  for (const Indices& out : held_out_samples(options.folds, samples.count())) {
    const Indices rest = all_but(out, samples.count());
    runs.push_back({rows(x, rest),
                    rows(y, rest),
                    rows(weights, rest),
                    {.x = rows(x, out), .y = rows(y, out), .sample_weight = rows(weights, out)}});
  }
  return runs;
}

}  // namespace strata::models
