// The main function of every test program. STRATA_TEST_LOCALE names a locale with a decimal comma
// to run under: reading and writing numbers must not depend on it.
#include <gmock/gmock.h>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <locale>
#include <string>

namespace {

// Makes every test fail if the locale isn't in effect, so that no test passes without it.
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
  std::setlocale(LC_MESSAGES,
                 "C");  // the system's own messages, which it may translate, are quoted
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
