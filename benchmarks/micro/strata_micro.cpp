// Micro-benchmarks of each kernel family: `strata_micro --benchmark_filter=conv2d`. Threads are
// OpenMP's: `OMP_NUM_THREADS=1 strata_micro`.
#include "micro/micro.hpp"

int main(int argc, char** argv) {
  using namespace strata;
  micro::add_gemm();
  micro::add_dense();
  micro::add_convolution();
  micro::add_pooling();
  micro::add_crossentropy();
  micro::add_penalty();
  micro::add_optimizer();
  micro::add_batches();
  micro::add_axes();
  micro::add_elementwise();
  micro::add_tape();
  micro::add_load_files();

  const RuntimeConfig config = runtime_config();
  benchmark::AddCustomContext("strata", config.version + ", " + config.compiler);
  benchmark::AddCustomContext("threads", std::to_string(config.threads));
  benchmark::AddCustomContext("vector bits", std::to_string(config.vector_bits));
  benchmark::AddCustomContext("BLAS core", config.blas_core);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
