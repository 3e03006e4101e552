// What every family of micro-benchmarks needs. A family is a file with one `add_…`, which lists its
// benchmarks; main calls them all.
#pragma once

#include <benchmark/benchmark.h>

#include <memory>
#include <strata/strata.hpp>
#include <string>
#include <utility>
#include <vector>

namespace strata::micro {

void add_axes();
void add_batches();
void add_convolution();
void add_crossentropy();
void add_dense();
void add_elementwise();
void add_gemm();
void add_load_files();
void add_optimizer();
void add_penalty();
void add_pooling();
void add_tape();

/// What one call does, for the rate that is reported.
struct Work {
  const char* rate;
  double amount;
};
inline Work flops(double amount) { return {"FLOP/s", amount}; }
inline Work items(double amount) { return {"items/s", amount}; }

/// Adds a benchmark of what `make()` returns. `make` runs only if the benchmark does, and only what
/// it returns is timed.
template <class Make>
void add(const std::string& name, Work work, Make make) {
  const auto run = [work, make](benchmark::State& state) {
    auto body = make();
    for (auto _ : state) benchmark::DoNotOptimize(body());
    state.counters[work.rate] =
        benchmark::Counter(work.amount, benchmark::Counter::kIsIterationInvariantRate);
  };
  benchmark::RegisterBenchmark(name.c_str(), run)
      ->UseRealTime()  // the process's CPU time leaves out what other threads do
      ->Unit(benchmark::kMicrosecond);
}

/// A backward pass that can be repeated: the gradients of `forward(sources)` for these sources.
/// Filling the gradient it starts from with ones is part of it.
class Backward {
 public:
  template <class Forward>
  Backward(const std::vector<Tensor>& sources, Forward forward)
      : tape_(std::make_unique<GradientTape>(GradientTapeOptions{.persistent = true})) {
    for (const Tensor& source : sources) sources_.push_back(tape_->watch(source));
    target_ = forward(sources_);
  }

  std::vector<Tensor> operator()() const { return tape_->gradient(target_, sources_); }

 private:
  std::unique_ptr<GradientTape> tape_;
  std::vector<Tensor> sources_;
  Tensor target_;
};

}  // namespace strata::micro
