// Regularizers to configs and back, in every form Keras writes or wrote.
#include "strata/config.hpp"

#include <gtest/gtest.h>

#include "strata/regularizers/group_lasso.hpp"
#include "strata/regularizers/hoyer_square.hpp"
#include "strata/regularizers/kl_sparsity.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l1l2.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/nuclear_norm.hpp"
#include "strata/regularizers/orthogonal.hpp"
#include "strata/regularizers/soft_orthogonal.hpp"
#include "strata/regularizers/sparse_group_lasso.hpp"
#include "strata/regularizers/spectral_norm.hpp"
#include "strata/regularizers/sum.hpp"
#include "strata/regularizers/total_variation.hpp"
#include "strata/regularizers/towards.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using namespace regularizers;

RegularizerSpec read(const char* json) { return deserialize(Config::parse(json)); }

template <class R>
const R& as(const RegularizerSpec& spec) {
  return dynamic_cast<const R&>(*spec);
}

TEST(RegularizerConfig, HasFourKeysInKerassOrder) {
  EXPECT_EQ(serialize(L2(0.01f)).dump(),
            R"({"module":"keras.regularizers","class_name":"L2","config":{"l2":0.01},)"
            R"("registered_name":null})");
  EXPECT_EQ(serialize(L1(0.001f)).at("config").dump(), R"({"l1":0.001})");
  EXPECT_EQ(serialize(L1L2({.l1 = 0.1f, .l2 = 0.3f})).at("config").dump(),
            R"({"l1":0.1,"l2":0.3})");
  EXPECT_EQ(serialize(OrthogonalRegularizer({.mode = "columns"})).at("config").dump(),
            R"({"factor":0.01,"mode":"columns"})");
}

TEST(RegularizerConfig, OfARuleThatKerasLacksIsRegisteredUnderStrata) {
  EXPECT_EQ(serialize(GroupLasso(0.5f)).dump(),
            R"({"module":"strata_keras","class_name":"GroupLasso",)"
            R"("config":{"factor":0.5,"groups":"inputs"},"registered_name":"strata>GroupLasso"})");
  EXPECT_EQ(serialize(SparseGroupLasso({.groups = 1})).at("config").dump(),
            R"({"l1":0.01,"factor":0.01,"groups":1})");
  EXPECT_EQ(serialize(TotalVariation({.axes = {0, 1}})).at("config").dump(),
            R"({"factor":0.01,"axes":[0,1]})");
  EXPECT_EQ(serialize(KLSparsity()).at("config").dump(), R"({"factor":0.01,"rho":0.05})");
  EXPECT_EQ(serialize(NuclearNorm({.every = 5})).at("config").dump(),
            R"({"factor":0.01,"every":5})");
  EXPECT_EQ(as<SpectralNorm>(read(R"({"class_name": "SpectralNorm", "config": {"factor": 0.5}})"))
                .every(),
            1);
  EXPECT_EQ(
      as<GroupLasso>(read(R"({"class_name": "GroupLasso", "config": {"groups": -1}})")).groups(),
      WeightGroups(-1));
  EXPECT_EQ(as<GroupLasso>(read(R"({"class_name": "group_lasso"})")).factor(), 0.01f);
}

TEST(RegularizerConfig, GroupsAreANameOrANumber) {
  EXPECT_THAT(
      [] { read(R"({"class_name": "GroupLasso", "config": {"groups": [0]}})"); },
      Raises<InvalidArgument>("GroupLasso: groups must be a whole number. Received: groups=[0]."));
}

TEST(RegularizerConfig, OfNoneIsNull) { EXPECT_TRUE(serialize(nullptr).is_null()); }

TEST(RegularizerConfig, ComesBackAsItWas) {
  const RegularizerSpec all[] = {L1(0.3f),
                                 L2(1e-10f),
                                 L1L2({.l1 = 0.01f, .l2 = 0.02f}),
                                 OrthogonalRegularizer({.factor = 0.5f, .mode = "columns"}),
                                 GroupLasso({.factor = 0.5f, .groups = "filters"}),
                                 HoyerSquare(0.5f),
                                 KLSparsity(0.5f, 0.2f),
                                 NuclearNorm(0.5f),
                                 SoftOrthogonal(0.5f),
                                 SparseGroupLasso({.l1 = 0.25f, .factor = 0.5f, .groups = -1}),
                                 SpectralNorm({.factor = 0.5f, .every = 4}),
                                 Sum({L1(0.3f), GroupLasso(0.5f)}),
                                 TotalVariation({.factor = 0.5f, .axes = {-1, 0}}),
                                 Towards(L2(0.5f), Tensor({2}, {1, 2})),
                                 Towards("l2")};
  for (const RegularizerSpec& rule : all) {
    EXPECT_EQ(serialize(deserialize(serialize(rule))), serialize(rule));
  }
}

TEST(RegularizerConfig, FactorsKeepTheirFloatToTheBit) {
  for (const float factor : {0.1f, 1.0f / 3.0f, 1e-30f, 123456.789f, 0.0f}) {
    EXPECT_EQ(L2::from_config(L2(factor).get_config()).l2(), factor);
  }
}

TEST(RegularizerConfig, KerassRoundedFactorReads) {
  EXPECT_EQ(as<L1>(read(R"({"module": "keras.regularizers", "class_name": "L1",
                            "config": {"l1": 0.009999999776482582}, "registered_name": null})"))
                .l1(),
            0.01f);
}

TEST(RegularizerConfig, TwoKeysAreEnough) {
  const auto rule = read(R"({"class_name": "L1L2", "config": {"l1": 0.1, "l2": 0.3}})");
  EXPECT_EQ(as<L1L2>(rule).l1(), 0.1f);
  EXPECT_EQ(as<L1L2>(rule).l2(), 0.3f);
}

TEST(RegularizerConfig, AClassNameAloneMeansItsDefaults) {
  EXPECT_EQ(as<L2>(read(R"({"class_name": "L2"})")).l2(), 0.01f);
  EXPECT_EQ(as<L1L2>(read(R"({"class_name": "L1L2"})")).l1(), 0.0f);
  EXPECT_EQ(as<OrthogonalRegularizer>(read(R"({"class_name": "OrthogonalRegularizer"})")).mode(),
            "rows");
}

TEST(RegularizerConfig, ClassNamesInSnakeCaseRead) {
  EXPECT_EQ(as<L2>(read(R"({"class_name": "l2", "config": {"l2": 0.5}})")).l2(), 0.5f);
  EXPECT_EQ(as<L1L2>(read(R"({"class_name": "l1l2", "config": {"l2": 0.5}})")).l2(), 0.5f);
  EXPECT_EQ(as<OrthogonalRegularizer>(
                read(R"({"class_name": "orthogonal_regularizer", "config": {"factor": 0.5}})"))
                .factor(),
            0.5f);
}

TEST(RegularizerConfig, OnlyTheClassNameCounts) {
  EXPECT_EQ(as<L2>(read(R"({"module": "keras.src.regularizers.regularizers", "class_name": "L2",
                            "config": {"l2": 0.5}, "registered_name": "L2",
                            "shared_object_id": 140000000000001})"))
                .l2(),
            0.5f);
}

TEST(RegularizerConfig, MayBeAStringOrNull) {
  EXPECT_EQ(as<L2>(read(R"("l2")")).l2(), 0.01f);
  EXPECT_FALSE(read("null"));
}

TEST(RegularizerConfig, ANullFactorIsTheConstructorsDefault) {
  const auto both = read(R"({"class_name": "L1L2", "config": {"l1": 0.5, "l2": null}})");
  EXPECT_EQ(as<L1L2>(both).l1(), 0.5f);
  EXPECT_EQ(as<L1L2>(both).l2(), 0.0f);
  EXPECT_EQ(as<L1>(read(R"({"class_name": "L1", "config": {"l1": null}})")).l1(), 0.01f);
  EXPECT_EQ(as<L2>(read(R"({"class_name": "L2", "config": {"l2": null}})")).l2(), 0.01f);
}

TEST(RegularizerConfig, AnUnknownClassListsTheKnown) {
  for (const char* name : {"Nope", "l1_l2"}) {
    Config config;
    config["class_name"] = name;
    try {
      deserialize(config);
      ADD_FAILURE() << name;
    } catch (const InvalidArgument& error) {
      const std::string text = error.what();
      EXPECT_EQ(text.find("Regularizer: unknown class; "), 0U) << text;
      for (const char* known : {"L1", "L1L2", "L2"}) {
        EXPECT_NE(text.find(known), std::string::npos) << text;
      }
      EXPECT_NE(text.find("Received: class_name=" + std::string(name) + "."), std::string::npos)
          << text;
    }
  }
}

TEST(RegularizerConfig, AnUnknownKeyIsRefusedByName) {
  EXPECT_THAT(
      [] { read(R"({"class_name": "L1", "config": {"l1": 0.1, "foo": 1}})"); },
      Raises<InvalidArgument>("L1: unknown key in the config; known are l1. Received: foo=1."));
  EXPECT_THAT([] { read(R"({"class_name": "L1L2", "config": {"l3": 0.1}})"); },
              Raises<InvalidArgument>(
                  "L1L2: unknown key in the config; known are l1, l2. Received: l3=0.1."));
}

TEST(RegularizerConfig, AValueOfTheWrongKindIsRefusedByName) {
  EXPECT_THAT([] { read(R"({"class_name": "L2", "config": {"l2": "0.1"}})"); },
              Raises<InvalidArgument>("L2: l2 must be a number. Received: l2=\"0.1\"."));
  EXPECT_THAT([] { read(R"({"class_name": "L2", "config": {"l2": true}})"); },
              Raises<InvalidArgument>("L2: l2 must be a number. Received: l2=true."));
  EXPECT_THAT([] { read(R"({"class_name": "L1L2", "config": {"l1": [0.1]}})"); },
              Raises<InvalidArgument>("L1L2: l1 must be a number. Received: l1=[0.1]."));
}

TEST(RegularizerConfig, AFactorIsCheckedAsInTheConstructor) {
  EXPECT_THAT([] { read(R"({"class_name": "L2", "config": {"l2": -1.0}})"); },
              Raises<InvalidArgument>("L2: l2 must be finite and >= 0. Received: l2=-1."));
  EXPECT_THAT([] { read(R"({"class_name": "L1", "config": {"l1": 1e300}})"); },
              Raises<InvalidArgument>("L1: l1 must be finite and >= 0. Received: l1=inf."));
}

TEST(RegularizerConfig, WithoutAClassNameIsRefused) {
  EXPECT_THAT([] { read(R"({"config": {"l2": 0.1}})"); },
              Raises<InvalidArgument>("Regularizer: a config must be an object with a class_name. "
                                      "Received: {\"config\":{\"l2\":0.1}}."));
  EXPECT_THAT([] { read("5"); },
              Raises<InvalidArgument>(
                  "Regularizer: a config must be an object with a class_name. Received: 5."));
}

TEST(RegularizerConfig, AConfigThatIsNoObjectIsRefused) {
  EXPECT_THAT([] { read(R"({"class_name": "L2", "config": "l2"})"); },
              Raises<InvalidArgument>("Regularizer: the config inside a config must be an object. "
                                      "Received: class_name=L2, config=\"l2\"."));
}

TEST(RegularizerConfig, PythonLambdasAreNeverRun) {
  EXPECT_THROW(read(R"({"class_name": "__lambda__", "config": {"value": ["4wAA", null, null]}})"),
               InvalidArgument);
}

}  // namespace
}  // namespace strata::testing
