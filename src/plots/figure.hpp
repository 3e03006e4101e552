// Figure: one picture as SVG, with the words and the numbers that go with it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace strata::plots {

/// The numbers of a figure, as text.
struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

struct Figure {
  std::string title;
  std::string description;  ///< Says in a sentence or two what is to be seen.
  int width = 0;            ///< In the units of `drawing`.
  int height = 0;
  std::string drawing = {};  ///< The elements inside of `<svg>`.
  Table table = {};
};

/// For text and attributes of HTML and XML: `& < > " '` as entities; what is no character there, and
/// bytes that are no UTF-8, as U+FFFD.
std::string escaped(std::string_view text);

/// At most this many characters, the last of them an ellipsis if some are left out.
std::string shortened(const std::string& text, std::size_t characters);
/// The number of characters of UTF-8.
std::size_t characters_of(std::string_view text);

/// A number for people: four digits.
std::string number_text(double value);
/// `1234 of 2000`.
std::string count_text(long long part, long long whole);
/// The part of the whole, from 0 to 1; 0 of nothing.
double share_of(long long part, long long whole);

/// The file: a page of HTML or one SVG, by its extension; the first figures come first. `head` is
/// HTML above them, `seconds` > 0 how often the page reloads itself.
struct Document {
  std::string title;
  std::string head = {};
  std::vector<Figure> figures = {};
  int seconds = 0;
};

/// Raises InvalidArgument in `who`'s name unless the path ends with .html or .svg.
void check_extension(std::string_view who, const std::string& path);
/// Replaces the file at once. Raises IoError where it can't be written.
void write_document(std::string_view who, const std::string& path, const Document& document);

std::string to_html(const Document& document);
std::string to_svg(const Document& document);

}  // namespace strata::plots
