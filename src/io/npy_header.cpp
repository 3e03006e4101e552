// Reads and writes the header of npy arrays.
#include "io/npy_header.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "io/checked_size.hpp"

namespace strata::io {
namespace {

constexpr std::size_t kLongestHeader = 10000;  // NumPy's own limit

/// Goes over the text of `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`.
class HeaderText {
 public:
  HeaderText(std::string_view text, const Origin& origin) : text_(text), origin_(origin) {}

  ArrayHeader parse() {
    std::optional<ElementType> type;
    std::optional<Shape> shape;
    std::optional<bool> fortran_order;
    expect('{');
    while (!take('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr" && !type) {
        type = element_type();
      } else if (key == "fortran_order" && !fortran_order) {
        fortran_order = boolean();
      } else if (key == "shape" && !shape) {
        shape = tuple();
      } else {
        origin_.raise(
            "the header's keys must be 'descr', 'fortran_order' and 'shape', once each. "
            "Received: '{}'.",
            key);
      }
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    origin_.check(text_.empty(), "nothing may follow the header's dictionary. Received: '{}'.",
                  text_.substr(0, 20));
    origin_.check(type && fortran_order && shape,
                  "the header must have the keys 'descr', 'fortran_order' and 'shape'. Received: "
                  "{} of them.",
                  type.has_value() + fortran_order.has_value() + shape.has_value());
    return {
        .shape = *shape, .type = *type, .big_endian = big_endian_, .column_major = *fortran_order};
  }

 private:
  void skip_space() { text_.remove_prefix(std::min(text_.find_first_not_of(" \n"), text_.size())); }

  bool take(char wanted) {
    skip_space();
    if (text_.empty() || text_.front() != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }

  void expect(char wanted) {
    if (!take(wanted)) {
      origin_.raise(
          "the header must be a dictionary as NumPy writes it, here with '{}'. Received: "
          "'{}'.",
          wanted, text_.substr(0, 20));
    }
  }

  std::string_view quoted() {
    skip_space();
    const char quote = text_.empty() ? '\0' : text_.front();
    const std::size_t end = quote == '\'' || quote == '"' ? text_.find(quote, 1) : text_.npos;
    origin_.check(end != text_.npos,
                  "the header must have a string in quotes here. Received: '{}'.",
                  text_.substr(0, 20));
    const std::string_view inside = text_.substr(1, end - 1);
    text_.remove_prefix(end + 1);
    return inside;
  }

  // Such as '<f4': byte order, kind and size. Other kinds are sound arrays, but none of numbers.
  ElementType element_type() {
    struct Entry {
      std::string_view code;
      ElementType type;
    };
    using enum ElementType;
    constexpr std::array<Entry, 12> kKnown{{{"b1", kBool},
                                            {"u1", kUint8},
                                            {"i1", kInt8},
                                            {"u2", kUint16},
                                            {"i2", kInt16},
                                            {"u4", kUint32},
                                            {"i4", kInt32},
                                            {"u8", kUint64},
                                            {"i8", kInt64},
                                            {"f2", kFloat16},
                                            {"f4", kFloat32},
                                            {"f8", kFloat64}}};
    skip_space();
    if (text_.starts_with('[')) raise_unknown_type("a list of fields", text_.substr(0, 40));
    const std::string_view descr = quoted();
    if (!descr.empty() && std::string_view("<>|").find(descr.front()) != descr.npos) {
      big_endian_ = descr.front() == '>';
      for (const Entry& known : kKnown) {
        if (known.code == descr.substr(1)) return known.type;
      }
    }
    raise_unknown_type(kind_of(descr), descr);
  }

  static std::string_view kind_of(std::string_view descr) {
    switch (descr.size() < 2 ? '\0' : descr[1]) {
      case 'O':
        return "Python objects";
      case 'U':
      case 'S':
        return "text";
      case 'c':
        return "complex numbers";
      case 'M':
      case 'm':
        return "dates or durations";
    }
    return "another type";
  }

  [[noreturn]] void raise_unknown_type(std::string_view kind, std::string_view descr) const {
    origin_.raise<Unrepresentable>(
        "the element type must be one of b1 u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8. Received: {}, '{}'.",
        kind, descr);
  }

  bool boolean() {
    skip_space();
    for (const std::string_view word : {"True", "False"}) {
      if (!text_.starts_with(word)) continue;
      text_.remove_prefix(word.size());
      return word == "True";
    }
    origin_.raise("fortran_order must be True or False. Received: '{}'.", text_.substr(0, 20));
  }

  Shape tuple() {
    Shape shape;
    expect('(');
    while (!take(')')) {
      origin_.check<Unrepresentable>(shape.rank() < Shape::kMaxRank,
                                     "shape must have at most {} axes. Received: more.",
                                     Shape::kMaxRank);
      shape.append(whole_number());
      if (!take(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }

  std::int64_t whole_number() {
    skip_space();
    const std::string_view digits =
        text_.substr(0, std::min(text_.find_first_not_of("0123456789"), text_.size()));
    origin_.check(!digits.empty(), "shape must be a tuple of whole numbers. Received: '{}'.",
                  text_.substr(0, 20));
    CheckedSize value = 0;
    for (const char digit : digits) value = value * 10 + (digit - '0');
    origin_.check(value.fits(INT64_MAX), "shape must hold numbers below 2^63. Received: {}.",
                  digits.substr(0, 40));
    text_.remove_prefix(digits.size());
    return value.as<std::int64_t>(origin_, "an extent");
  }

  std::string_view text_;
  const Origin& origin_;
  bool big_endian_ = false;
};

}  // namespace

ArrayHeader read_npy_header(ByteStream& stream) {
  const Origin& origin = stream.origin();
  std::array<unsigned char, 8> magic;
  read_exactly(stream, magic, "the npy magic and version");
  constexpr std::array<unsigned char, 6> kMagic{0x93, 'N', 'U', 'M', 'P', 'Y'};
  origin.check(std::equal(kMagic.begin(), kMagic.end(), magic.begin()),
               "an array must begin with \\x93NUMPY. Received: other bytes.");
  const int version = magic[6];
  origin.check(version >= 1 && version <= 3 && magic[7] == 0,
               "the npy version must be 1.0, 2.0 or 3.0. Received: {}.{}.", version, magic[7]);
  std::array<unsigned char, 4> length{};
  read_exactly(stream, std::span(length).first(version == 1 ? 2 : 4), "the header's length");
  const std::size_t count = std::size_t{length[0]} | std::size_t{length[1]} << 8 |
                            std::size_t{length[2]} << 16 | std::size_t{length[3]} << 24;
  origin.check(count <= kLongestHeader, "the header must have at most {} bytes. Received: {}.",
               kLongestHeader, count);
  std::array<unsigned char, kLongestHeader> text;
  read_exactly(stream, std::span(text).first(count), "the header");
  return HeaderText({reinterpret_cast<const char*>(text.data()), count}, origin).parse();
}

std::string npy_header(const Shape& shape) {
  std::string extents;
  for (const std::int64_t extent : shape) extents += fmt::format("{}, ", extent);
  if (shape.rank() > 1) extents.resize(extents.size() - 2);   // (2, 3)
  if (shape.rank() == 1) extents.resize(extents.size() - 1);  // (2,)
  std::string text =
      fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}), }}", extents);
  // As NumPy does: room for the first extent to grow in place, then spaces, at least one, up to a
  // multiple of 64 bytes.
  constexpr std::size_t kLongestExtent = 21;
  constexpr std::size_t kAlignment = 64;
  constexpr std::size_t kBefore = 10;  // magic, version, length
  if (shape.rank() > 0) text.append(kLongestExtent - fmt::formatted_size("{}", shape[0]), ' ');
  text.append(kAlignment - (kBefore + text.size() + 1) % kAlignment, ' ');
  text += '\n';
  const std::string start("\x93NUMPY\x01\x00", 8);
  return start + static_cast<char>(text.size() & 0xFF) + static_cast<char>(text.size() >> 8) + text;
}

}  // namespace strata::io
