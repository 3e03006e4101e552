// Documents: figures on a page of HTML, or one below the other in an SVG.
#include <fmt/format.h>

#include <algorithm>

#include "core/check.hpp"
#include "io/atomic_file.hpp"
#include "plots/figure.hpp"
#include "plots/style.hpp"

namespace strata::plots {
namespace {

std::string html_of(const Table& table, const std::string& title) {
  std::string text = fmt::format(
      "<details><summary>Numbers</summary><div class=\"numbers\" tabindex=\"0\" role=\"region\" "
      "aria-label=\"Numbers: {}\"><table><thead><tr>",
      escaped(title));
  for (const std::string& column : table.columns)
    text += fmt::format("<th scope=\"col\">{}</th>", escaped(column));
  text += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    text += "<tr>";
    for (const std::string& cell : row) text += fmt::format("<td>{}</td>", escaped(cell));
    text += "</tr>\n";
  }
  return text + "</tbody></table></div></details>\n";
}

std::string words_for_readers(const Figure& figure, std::size_t index) {
  return fmt::format("<title id=\"t{0}\">{1}</title><desc id=\"d{0}\">{2}</desc>\n", index,
                     escaped(figure.title), escaped(figure.description));
}

std::string html_of(const Figure& figure, std::size_t index) {
  constexpr int kNarrow = 360;
  std::string text = fmt::format("<figure{}><figcaption><h2>{}</h2><p>{}</p></figcaption>\n",
                                 figure.width <= kNarrow ? " class=\"small\"" : "",
                                 escaped(figure.title), escaped(figure.description));
  text += fmt::format(
      "<svg role=\"img\" aria-labelledby=\"t{0} d{0}\" viewBox=\"0 0 {1} {2}\" "
      "xmlns=\"http://www.w3.org/2000/svg\">\n",
      index, figure.width, figure.height);
  text += words_for_readers(figure, index) + figure.drawing + "</svg>\n";
  return text + html_of(figure.table, figure.title) + "</figure>\n";
}

}  // namespace

std::string to_html(const Document& document) {
  std::string text =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n";
  if (document.seconds > 0)
    text += fmt::format("<meta http-equiv=\"refresh\" content=\"{}\">\n", document.seconds);
  text += fmt::format("<title>{}</title>\n<style>{}{}</style>\n</head>\n<body>\n{}<main>\n",
                      escaped(document.title), kDrawingStyle, kPageStyle, document.head);
  for (std::size_t i = 0; i < document.figures.size(); ++i) text += html_of(document.figures[i], i);
  return text + "</main>\n</body>\n</html>\n";
}

std::string to_svg(const Document& document) {
  constexpr int kMargin = 16;
  constexpr int kHeading = 30;
  int width = 0;
  int height = kMargin;
  std::string inner;
  for (std::size_t i = 0; i < document.figures.size(); ++i) {
    const Figure& figure = document.figures[i];
    inner += fmt::format("<text x=\"{}\" y=\"{}\" class=\"heading\">{}</text>\n", kMargin,
                         height + 16, escaped(shortened(figure.title, 80)));
    inner += fmt::format(
        "<svg role=\"img\" aria-labelledby=\"t{0} d{0}\" x=\"{1}\" y=\"{2}\" width=\"{3}\" "
        "height=\"{4}\" viewBox=\"0 0 {3} {4}\">\n",
        i, kMargin, height + kHeading, figure.width, figure.height);
    inner += words_for_readers(figure, i) + figure.drawing + "</svg>\n";
    width = std::max(width, figure.width);
    height += kHeading + figure.height + kMargin;
  }
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
      "viewBox=\"0 0 {0} {1}\">\n<title>{2}</title>\n<style>{3}</style>\n"
      "<rect width=\"{0}\" height=\"{1}\" class=\"paper\"/>\n{4}</svg>\n",
      width + 2 * kMargin, height, escaped(document.title), kDrawingStyle, inner);
}

void check_extension(std::string_view who, const std::string& path) {
  check(path.ends_with(".html") || path.ends_with(".svg"), who,
        "the file must be a page, .html, or a drawing, .svg. Received: {}.", path);
}

void write_document(std::string_view who, const std::string& path, const Document& document) {
  check_extension(who, path);
  const std::string text = path.ends_with(".svg") ? to_svg(document) : to_html(document);
  io::write_file({who, path}, io::as_bytes(text));
}

}  // namespace strata::plots
