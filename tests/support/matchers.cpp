// Calls what must raise an error, and says how it differs from what was expected.
#include "support/matchers.hpp"

namespace strata::testing {

::testing::AssertionResult RaisedError::check(const char* code, void (*call)(const void*),
                                              const void* callable) const {
  std::string raised;
  try {
    call(callable);
    raised = "nothing";
  } catch (const std::exception& error) {
    const std::string text = error.what();
    const bool of_class = is_of_class_(&error);
    const bool same = compared_ == Text::whole ? text == text_ : text.find(text_) != text.npos;
    if (of_class && same) return ::testing::AssertionSuccess();
    raised = (of_class ? "an error" : "an error of another class") + (": " + text);
  } catch (...) {
    raised = "what is no std::exception";
  }
  return ::testing::AssertionFailure()
         << "Value of: " << code << "\nExpected: raises an error whose text "
         << (compared_ == Text::whole ? "is: " : "holds: ") << text_ << "\n  Actual: raised "
         << raised;
}

}  // namespace strata::testing
