// Figures as text: what is escaped, and what pages and drawings are made of.
#include "plots/figure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/matchers.hpp"

namespace strata::plots {
namespace figure_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Escaped, LeavesNoMarkup) {
  EXPECT_EQ(escaped("a<b>&\"c'"), "a&lt;b&gt;&amp;&quot;c&#39;");
  EXPECT_EQ(escaped("ε 漢 😀"), "ε 漢 😀");
}

TEST(Escaped, ReplacesWhatIsNoCharacter) {
  EXPECT_EQ(escaped(std::string_view("a\0b\x01\x1b", 5)), "a\uFFFDb\uFFFD\uFFFD");
  EXPECT_EQ(escaped("\xC3("), "\uFFFD(");          // a character cut short
  EXPECT_EQ(escaped("\xC0\x80"), "\uFFFD\uFFFD");  // an overlong one
  EXPECT_EQ(escaped("\xE0\x80\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(escaped("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // half of a pair
  EXPECT_EQ(escaped("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(escaped("\xEF\xBF\xBF"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(escaped("\xFF"), "\uFFFD");
  EXPECT_EQ(escaped("\xE6"), "\uFFFD");
}

TEST(Shortened, CountsCharacters) {
  EXPECT_EQ(shortened("äöü", 3), "äöü");
  EXPECT_EQ(shortened("äöüß", 3), "äö…");
  EXPECT_EQ(characters_of("äöü…"), 4U);
}

TEST(NumberText, IsShort) {
  EXPECT_EQ(number_text(0.123456), "0.1235");
  EXPECT_EQ(number_text(-0.0), "0");
  EXPECT_EQ(number_text(std::numeric_limits<double>::quiet_NaN()), "nan");
  EXPECT_EQ(count_text(3, 7), "3 of 7");
}

Document document() {
  Figure figure{.title = "<loss>", .description = "A & B", .width = 720, .height = 100};
  figure.drawing = "<line x1=\"0\"/>";
  figure.table = {{"epoch", "a<b"}, {{"1", "0.5"}}};
  Figure small{.title = "small", .description = "S", .width = 352, .height = 50};
  return {.title = "run <1>", .head = "<h1>x</h1>", .figures = {figure, small}};
}

TEST(Page, HoldsFiguresWithWordsAndNumbers) {
  const std::string page = to_html(document());
  EXPECT_THAT(page, ::testing::StartsWith("<!DOCTYPE html>\n<html lang=\"en\">"));
  EXPECT_THAT(page, HasSubstr("<title>run &lt;1&gt;</title>"));
  EXPECT_THAT(page,
              HasSubstr("<svg role=\"img\" aria-labelledby=\"t0 d0\" viewBox=\"0 0 720 100\""));
  EXPECT_THAT(page,
              HasSubstr("<title id=\"t0\">&lt;loss&gt;</title><desc id=\"d0\">A &amp; B</desc>"));
  EXPECT_THAT(page, HasSubstr("<th scope=\"col\">a&lt;b</th>"));
  EXPECT_THAT(page, HasSubstr("<tr><td>1</td><td>0.5</td></tr>"));
  EXPECT_THAT(page, HasSubstr("<figure class=\"small\">"));
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme: dark"));
}

TEST(Page, AsksForNothingElse) {
  const std::string page = to_html(document());
  EXPECT_THAT(page, HasSubstr("Content-Security-Policy\" content=\"default-src 'none'"));
  for (const char* word : {"<script", "src=", "href=", "url(", "@import", "refresh"})
    EXPECT_THAT(page, Not(HasSubstr(word)));
}

TEST(Page, ReloadsItselfWhileItIsWritten) {
  Document running = document();
  running.seconds = 5;
  EXPECT_THAT(to_html(running), HasSubstr("<meta http-equiv=\"refresh\" content=\"5\">"));
}

TEST(Drawing, HoldsAllFiguresBelowEachOther) {
  const std::string drawing = to_svg(document());
  EXPECT_THAT(drawing, ::testing::StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\" "));
  EXPECT_THAT(drawing, HasSubstr("class=\"heading\">&lt;loss&gt;</text>"));
  EXPECT_THAT(drawing, HasSubstr("<svg role=\"img\" aria-labelledby=\"t1 d1\" x=\"16\" y=\"192\""));
}

TEST(Document, IsWrittenByItsExtensionAlone) {
  EXPECT_THAT([] { check_extension("plot", "run.png"); },
              testing::Raises("plot: the file must be a page, .html, or a drawing, .svg. Received: "
                              "run.png."));
}

}  // namespace
}  // namespace figure_test
}  // namespace strata::plots
