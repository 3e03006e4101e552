// Regularizers by name: every spelling, every case, and the refusal of all else.
#include <gtest/gtest.h>

#include <memory>

#include "strata/config.hpp"
#include "strata/ops/array.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l1l2.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/orthogonal.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace identifier_test {

using namespace regularizers;

template <class R>
std::shared_ptr<const R> as(const RegularizerSpec& spec) {
  return std::dynamic_pointer_cast<const R>(spec.rule());
}

std::string unknown(const std::string& identifier, const std::string& nearest) {
  return "Regularizer: unknown identifier; " +
         (nearest.empty() ? "known" : "did you mean " + nearest + "? Known") +
         " are l1, l2, l1_l2, l1l2, L1, L2, L1L2, orthogonal_regularizer, OrthogonalRegularizer, "
         "GroupLasso, group_lasso, HoyerSquare, hoyer_square, KLSparsity, kl_sparsity, "
         "NuclearNorm, "
         "nuclear_norm, SoftOrthogonal, soft_orthogonal, SparseGroupLasso, sparse_group_lasso, "
         "SpectralNorm, spectral_norm, TotalVariation, total_variation. Received: " +
         identifier + ".";
}

TEST(RegularizerIdentifier, L1InAnyCaseHasItsDocumentedFactor) {
  for (const char* name : {"l1", "L1"}) {
    const auto rule = as<L1>(RegularizerSpec(name));
    ASSERT_NE(rule, nullptr) << name;
    EXPECT_EQ(rule->l1(), 0.01f) << name;
  }
}

TEST(RegularizerIdentifier, L2InAnyCaseHasItsDocumentedFactor) {
  for (const char* name : {"l2", "L2"}) {
    const auto rule = as<L2>(RegularizerSpec(name));
    ASSERT_NE(rule, nullptr) << name;
    EXPECT_EQ(rule->l2(), 0.01f) << name;
  }
}

TEST(RegularizerIdentifier, L1L2InAnySpellingMeansBothDocumentedFactors) {
  for (const char* name : {"l1_l2", "l1l2", "L1L2", "L1_L2", "l1L2", "L1l2", "l1_L2"}) {
    const auto rule = as<L1L2>(RegularizerSpec(name));
    ASSERT_NE(rule, nullptr) << name;
    EXPECT_EQ(rule->l1(), 0.01f) << name;
    EXPECT_EQ(rule->l2(), 0.01f) << name;
  }
}

TEST(RegularizerIdentifier, OrthogonalRegularizerInAnySpelling) {
  for (const char* name : {"orthogonal_regularizer", "OrthogonalRegularizer",
                           "Orthogonal_Regularizer", "ORTHOGONAL_REGULARIZER"}) {
    const auto rule = as<OrthogonalRegularizer>(RegularizerSpec(name));
    ASSERT_NE(rule, nullptr) << name;
    EXPECT_EQ(rule->factor(), 0.01f) << name;
    EXPECT_EQ(rule->mode(), "rows") << name;
  }
}

TEST(RegularizerIdentifier, OfARuleThatKerasLacksMakesItsDefault) {
  for (const char* name :
       {"GroupLasso", "HoyerSquare", "KLSparsity", "NuclearNorm", "SoftOrthogonal",
        "SparseGroupLasso", "SpectralNorm", "TotalVariation", "group_lasso", "hoyer_square",
        "kl_sparsity", "nuclear_norm", "soft_orthogonal", "sparse_group_lasso", "spectral_norm",
        "total_variation", "GROUP_LASSO"}) {
    const Config config = regularizers::serialize(RegularizerSpec(name))["config"];
    EXPECT_EQ(config["factor"], Config(0.01)) << name;
  }
}

TEST(RegularizerIdentifier, AnUnknownOneListsTheKnown) {
  const std::pair<const char*, const char*> cases[] = {{"l3", ""},
                                                       {"typo", ""},
                                                       {"", ""},
                                                       {"l1-l2", "l1_l2"},
                                                       {"l1 l2", "l1_l2"},
                                                       {"l1.", "l1"},
                                                       {" l2", "l2"},
                                                       {"l1l2l1", "l1l2"},
                                                       {"regularizer", ""},
                                                       {"orthogonal", "orthogonal_regularizer"}};
  for (const auto& [name, nearest] : cases) {
    EXPECT_THAT([name = name] { RegularizerSpec{name}; },
                Raises<InvalidArgument>(unknown(name, nearest)));
  }
}

TEST(RegularizerIdentifier, ComesInEveryKindOfString) {
  const std::string owned = "l2";
  const std::string_view view = owned;
  EXPECT_NE(as<L2>(RegularizerSpec(owned)), nullptr);
  EXPECT_NE(as<L2>(RegularizerSpec(view)), nullptr);
  EXPECT_NE(as<L2>(RegularizerSpec(Config("l2"))), nullptr);
  EXPECT_EQ(RegularizerSpec(view).identifier(), "l2");
}

TEST(RegularizerIdentifier, NoneIsNoRegularizer) {
  EXPECT_FALSE(RegularizerSpec());
  EXPECT_FALSE(RegularizerSpec(nullptr));
  EXPECT_FALSE(RegularizerSpec(Config(nullptr)));
  EXPECT_FALSE(regularizers::get(nullptr));
}

TEST(RegularizerIdentifier, GetTakesAllThatASlotTakes) {
  EXPECT_NE(as<L1>(regularizers::get("l1")), nullptr);
  EXPECT_NE(as<L2>(regularizers::get(L2(0.5f))), nullptr);
  EXPECT_EQ(as<L2>(regularizers::get(std::make_shared<L2>(0.5f)))->l2(), 0.5f);
  EXPECT_EQ(regularizers::get([](const Tensor&) { return Tensor(3.0f); })(ops::ones({2})).item(),
            3.0f);
}

}  // namespace identifier_test
}  // namespace strata::testing
