// `strata sparsity`, `shrink` and `prune`: zeros are counted, taken out and made.
#include "cli/program.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

class Compression : public Program {
 protected:
  // Of the 8 hidden units those from the fifth on have no weights behind them.
  Compression() {
    const Variable kernel = model_->get_layer("output").weight("kernel");
    std::vector<float> values(24, 0.0f);
    for (std::size_t i = 0; i < 12; ++i) values[i] = kernel.value().values()[i];
    kernel.assign(Tensor({8, 3}, values));
    model_->save(path("zeros.keras"));
  }
};

TEST_F(Compression, CountsZeros) {
  const Ended ended = strata({"sparsity", "zeros.keras"});
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_EQ(ended.output, to_string(model_->sparsity()));
}

TEST_F(Compression, WritesASmallerModel) {
  const Ended ended = strata({"shrink", "zeros.keras", "small.keras"});
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_THAT(ended.output, ::testing::HasSubstr("hidden  8 -> 4"));
  const std::shared_ptr<Model> small = load_model(path("small.keras"));
  EXPECT_EQ(small->count_params(), 3 * 4 + 5 * 3);
  EXPECT_THAT((*small)(x_), IsClose((*model_)(x_)));
}

TEST_F(Compression, SelectsInputs) {
  Tensor kernel = model_->get_layer("hidden").weight("kernel");
  model_->get_layer("hidden").weight("kernel").assign(kernel * Tensor({2, 1}, {0, 1}));
  model_->save(path("zeros.keras"));
  EXPECT_EQ(strata({"shrink", "zeros.keras", "small.keras", "--select-inputs"}).code, 0);
  const std::shared_ptr<Model> small = load_model(path("small.keras"));
  EXPECT_EQ(small->layers()[0]->class_name(), "Select");
  EXPECT_THAT((*small)(x_), IsClose((*model_)(x_)));
}

TEST_F(Compression, WritesAPrunedModel) {
  const Ended ended =
      strata({"prune", "blobs.keras", "pruned.keras", "--share", "0.5", "--by", "layer"});
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_EQ(ended.output,
            "  weight         zero  of\n"
            "  hidden/kernel     8  16\n"
            "  output/kernel    12  24\n");
  const SparsityReport report = load_model(path("pruned.keras"))->sparsity();
  EXPECT_EQ(report.weights[0].elements, (ZeroCount{8, 16}));
}

TEST_F(Compression, RefusesWhatIsWrong) {
  expect_refused({"prune", "blobs.keras", "out.keras"}, 2, "--share is required");
  expect_refused({"prune", "blobs.keras", "out.keras", "--share", "1"}, 1, "share must lie in");
  expect_refused({"shrink", "blobs.json", "out.keras"}, 2, "--weights");
  expect_refused({"shrink", "blobs.keras", "out.pb"}, 2, "a file's name must end in");
  EXPECT_FALSE(std::filesystem::exists(path("out.keras")));
}

}  // namespace
}  // namespace strata::testing
