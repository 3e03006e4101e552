// The main of every test program. STRATA_TEST_LOCALE names a locale to run under, one whose decimal
// point is a comma: nothing that reads or writes a number may ask for it.
#include <gmock/gmock.h>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <locale>
#include <string>

namespace {

// Fails every test of the program where the comma isn't there, so that none passes for want of it.
class DecimalComma : public testing::Environment {
 public:
  void SetUp() override {
    ASSERT_STREQ(std::localeconv()->decimal_point, ",");
    ASSERT_EQ(std::use_facet<std::numpunct<char>>(std::locale()).decimal_point(), ',');
  }
};

bool use_locale(const char* name) {
  if (std::setlocale(LC_ALL, name) == nullptr) {
    std::fprintf(stderr, "There is no locale %s.\n", name);
    return false;
  }
  std::locale::global(std::locale(name));
  testing::AddGlobalTestEnvironment(new DecimalComma);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  const char* const name = std::getenv("STRATA_TEST_LOCALE");
  if (name != nullptr && !use_locale(name)) return 1;
  return RUN_ALL_TESTS();
}
