// Lanczos's method with full orthogonalization, restarted, on the product of a matrix with its
// transpose: about as many readings of the matrix as tens, where a power iteration needs hundreds.
#include "kernels/decompositions/largest_singular.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <span>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"

namespace strata::kernels {
namespace {

using Vector = std::vector<double>;

constexpr double kTolerance = 1e-7;  // of the residual, relative to the eigenvalue
constexpr std::int64_t kMostVectors = 48;
constexpr int kMostRestarts = 40;
constexpr std::int64_t kMostPartsOfProduct = 32;

double dot(std::span<const double> a, std::span<const double> b) {
  constexpr std::size_t kLanes = 8;
  std::array<double, kLanes> lanes{};
  std::size_t i = 0;
  for (; i + kLanes <= a.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += a[i + lane] * b[i + lane];
  }
  for (; i < a.size(); ++i) lanes[0] += a[i] * b[i];
  return std::accumulate(lanes.begin(), lanes.end(), 0.0);
}

void subtract(std::span<double> a, double times, std::span<const double> b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= times * b[i];
}

void scale(std::span<double> a, double by) {
  for (double& value : a) value *= by;
}

double dot_of_row(const float* __restrict row, const double* __restrict v, std::int64_t count) {
  constexpr std::int64_t kLanes = 8;
  std::array<double, kLanes> lanes{};
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::int64_t lane = 0; lane < kLanes; ++lane)
      lanes[static_cast<std::size_t>(lane)] += static_cast<double>(row[i + lane]) * v[i + lane];
  }
  for (; i < count; ++i) lanes[0] += static_cast<double>(row[i]) * v[i];
  return std::accumulate(lanes.begin(), lanes.end(), 0.0);
}

// Products with the matrix and with `AᵀA`, each in one reading of the matrix.
class Operator {
 public:
  Operator(std::int64_t rows, std::int64_t columns, const float* matrix)
      : rows_(rows),
        columns_(columns),
        matrix_(matrix),
        parts_(std::min(part_count(rows, 4 * columns), kMostPartsOfProduct)),
        sums_(static_cast<std::size_t>(parts_ * columns)) {}

  void multiply(const Vector& v, Vector& product) const {
    parallel_for(rows_, 2 * columns_, [&](std::int64_t begin, std::int64_t end) {
      with_vector_units([&] {
        for (std::int64_t row = begin; row < end; ++row)
          product[static_cast<std::size_t>(row)] =
              dot_of_row(matrix_ + row * columns_, v.data(), columns_);
      });
    });
  }

  void multiply_both(std::span<const double> v, Vector& product) {
    std::fill(sums_.begin(), sums_.end(), 0.0);
    parallel_parts(parts_, [&](std::int64_t part) {
      const IndexRange range = IndexRange::of_part(rows_, part, parts_);
      double* const sums = sums_.data() + part * columns_;
      with_vector_units([&] { add_products(range, v.data(), sums); });
    });
    std::copy_n(sums_.begin(), columns_, product.begin());
    for (std::int64_t part = 1; part < parts_; ++part) {
      const double* const sums = sums_.data() + part * columns_;
      for (std::int64_t i = 0; i < columns_; ++i) product[static_cast<std::size_t>(i)] += sums[i];
    }
  }

 private:
  void add_products(IndexRange range, const double* v, double* __restrict sums) const {
    for (std::int64_t row = range.begin; row < range.end; ++row) {
      const float* __restrict from = matrix_ + row * columns_;
      const double share = dot_of_row(from, v, columns_);
      for (std::int64_t i = 0; i < columns_; ++i) sums[i] += share * static_cast<double>(from[i]);
    }
  }

  std::int64_t rows_;
  std::int64_t columns_;
  const float* matrix_;
  std::int64_t parts_;
  Vector sums_;
};

// The symmetric tridiagonal matrix that the operator is in the basis of Lanczos's vectors, which are
// at most `most`. It takes memory once, so that steps of training ask for the same each time.
struct Tridiagonal {
  explicit Tridiagonal(std::size_t most) {
    for (Vector* each : {&diagonal, &beside, &pivots, &vector}) each->reserve(most);
  }

  Vector diagonal;
  Vector beside;  // beside[i] between i and i + 1
  Vector pivots;  // of the elimination by which `vector` was found
  Vector vector;  // by `find_vector_of`

  // How many eigenvalues are larger than x, by the signs of the pivots of T - x.
  bool any_larger(double x) const {
    double pivot = 1.0;
    for (std::size_t i = 0; i < diagonal.size(); ++i) {
      const double coupling = i == 0 ? 0.0 : beside[i - 1] * beside[i - 1] / pivot;
      pivot = diagonal[i] - x - coupling;
      if (pivot > 0.0) return true;
      if (pivot == 0.0) pivot = -std::numeric_limits<double>::min();
    }
    return false;
  }

  double largest() const {
    double low = *std::max_element(diagonal.begin(), diagonal.end());
    double high = low;
    for (std::size_t i = 0; i < diagonal.size(); ++i) {
      const double left = i == 0 ? 0.0 : std::fabs(beside[i - 1]);
      const double right = i + 1 == diagonal.size() ? 0.0 : std::fabs(beside[i]);
      high = std::max(high, diagonal[i] + left + right);
    }
    for (int i = 0; i < 200; ++i) {
      const double middle = 0.5 * (low + high);
      if (!(middle > low && middle < high)) break;
      (any_larger(middle) ? low : high) = middle;
    }
    return high;  // T - high has no positive eigenvalue
  }

  // The vector of the largest eigenvalue, by inverse iteration: the shifted matrix is negative, so
  // elimination needs no pivoting.
  void find_vector_of(double eigenvalue) {
    const std::size_t n = diagonal.size();
    const double least = std::max(std::fabs(eigenvalue), std::numeric_limits<double>::min()) *
                         std::numeric_limits<double>::epsilon();
    pivots.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      const double coupling = i == 0 ? 0.0 : beside[i - 1] * beside[i - 1] / pivots[i - 1];
      pivots[i] = std::min(diagonal[i] - eigenvalue - coupling, -least);
    }
    Vector& y = vector;
    y.assign(n, 1.0);
    for (int round = 0; round < 3; ++round) {
      for (std::size_t i = 1; i < n; ++i) y[i] -= beside[i - 1] / pivots[i - 1] * y[i - 1];
      for (std::size_t i = n; i-- > 0;) {
        y[i] /= pivots[i];
        if (i + 1 < n) y[i] -= beside[i] / pivots[i] * y[i + 1];
      }
      const double largest_element = std::fabs(*std::max_element(
          y.begin(), y.end(), [](double a, double b) { return std::fabs(a) < std::fabs(b); }));
      scale(y, 1.0 / largest_element);
      scale(y, 1.0 / std::sqrt(dot(y, y)));
    }
  }
};

// Numbers that no weights are likely to be orthogonal to: Weyl's sequence, by the golden ratio.
Vector fixed_vector(std::int64_t count) {
  Vector v(static_cast<std::size_t>(count));
  double position = 0.0;
  for (double& value : v) {
    position += 0.6180339887498949;
    position -= std::floor(position);
    value = position - 0.25;
  }
  return v;
}

}  // namespace

LargestSingular largest_singular(std::int64_t rows, std::int64_t columns, const float* matrix) {
  LargestSingular result;
  result.right = fixed_vector(columns);
  result.scaled.resize(static_cast<std::size_t>(rows));
  if (rows == 0 || columns == 0) return result;
  Operator product(rows, columns, matrix);
  scale(result.right, 1.0 / std::sqrt(dot(result.right, result.right)));

  // More would be linearly dependent.
  const auto most = static_cast<std::size_t>(std::min({kMostVectors, columns, rows + 1}));
  const auto length = static_cast<std::size_t>(columns);
  const auto vectors = std::make_unique_for_overwrite<double[]>(most * length);
  const auto basis = [&](std::size_t i) { return std::span(&vectors[i * length], length); };
  Vector next(length);
  Tridiagonal t(most);
  for (int restart = 0; restart < kMostRestarts; ++restart) {
    t.diagonal.clear();
    t.beside.clear();
    bool done = false;
    std::copy(result.right.begin(), result.right.end(), basis(0).begin());
    for (std::size_t k = 0; k < most; ++k) {
      product.multiply_both(basis(k), next);
      t.diagonal.push_back(dot(next, basis(k)));
      for (int twice = 0; twice < 2; ++twice) {
        for (std::size_t i = 0; i <= k; ++i) subtract(next, dot(next, basis(i)), basis(i));
      }
      const double residual = std::sqrt(dot(next, next));
      const double largest = t.largest();
      if (!std::isfinite(residual) || !std::isfinite(largest)) {
        result.value = std::numeric_limits<double>::quiet_NaN();
        std::fill(result.right.begin(), result.right.end(), result.value);
        std::fill(result.scaled.begin(), result.scaled.end(), result.value);
        return result;
      }
      if (largest <= 0.0) return result;  // the matrix is zero
      t.find_vector_of(largest);
      done = residual * std::fabs(t.vector.back()) <= kTolerance * largest;
      if (done || k + 1 == most) break;
      t.beside.push_back(residual);
      scale(next, 1.0 / residual);
      std::copy(next.begin(), next.end(), basis(k + 1).begin());
    }
    std::fill(result.right.begin(), result.right.end(), 0.0);
    for (std::size_t i = 0; i < t.vector.size(); ++i)
      subtract(result.right, -t.vector[i], basis(i));
    scale(result.right, 1.0 / std::sqrt(dot(result.right, result.right)));
    if (done) break;
  }
  product.multiply(result.right, result.scaled);
  result.value = std::sqrt(dot(result.scaled, result.scaled));
  return result;
}

}  // namespace strata::kernels
