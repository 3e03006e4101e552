// AdditiveMetric: what is computed from sums over all samples. What counts and scores derive from.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "strata/metrics/metric.hpp"

namespace strata::metrics {

/// A metric whose state is a list of sums, in double, so that the states of parts of the data add
/// up. A subclass says what a batch adds, and what follows from the sums.
class AdditiveMetric : public Metric {
 public:
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
  double result() const override;   ///< The mean of the figures.
  Tensor results() const override;  ///< A scalar, or a vector of one value per threshold or class.
  void reset_state() override { sums_ = start(); }
  std::vector<double> get_state() const override { return sums_; }
  void set_state(const std::vector<double>& state) override;
  void merge_state(const Metric& other) override;

 protected:
  /// How many sums there are: in all, or for each class, of which the first batch tells the number.
  enum class Per { metric, class_ };
  AdditiveMetric(std::string name, std::size_t count, Per per = Per::metric);

  /// What a batch adds to the sums: as many numbers as there are sums. Those of each class stand
  /// side by side: `(count, classes)`.
  virtual std::vector<double> sums_of(const Tensor& y_true, const Tensor& y_pred,
                                      const Tensor& sample_weight) const = 0;
  /// What follows from the sums.
  virtual std::vector<double> figures(const std::vector<double>& sums) const = 0;
  /// Whether `results` is a vector, however many figures there are.
  virtual bool is_list() const { return false; }

 private:
  std::vector<double> start() const;
  bool accepts(const std::vector<double>& sums) const;
  void add(const std::vector<double>& sums);

  std::size_t count_;
  Per per_;
  std::vector<double> sums_;  // empty before the first batch where the classes are unknown
};

}  // namespace strata::metrics
