// Parses JSON without recursion, by nlohmann-json's events, and counts what it costs on the way.
#include "io/json.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/ascii.hpp"
#include "core/check.hpp"
#include "core/decimal.hpp"

namespace strata::io {
namespace {

std::string clipped(std::string_view text) { return excerpt(text, 40); }

// The parser converts numbers with the locale's decimal point (its first byte, if it has several)
// and leaves that in the token. This replaces it by a point, so that the double can be read again.
std::string with_point(std::string token) {
  for (char& c : token) {
    if (!is_digit(c) && c != '-' && c != '+' && to_lower(c) != 'e') c = '.';
  }
  return token;
}

// Receives the parser's events and grows the value. A container that is still open is its parent's
// last element, so that the pointers to open ones stay valid.
class Builder : public nlohmann::json_sax<Config> {
 public:
  Builder(std::string_view who, const JsonLimits& limits) : who_(who), limits_(limits) {}

  Config take() { return std::move(root_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t, const string_t& token) override {
    const std::optional<double> value = parse_decimal(with_point(token));
    check(value.has_value(), who_, "a number must fit a double. Received: {}.", clipped(token));
    return add(*value);
  }
  bool string(string_t& value) override {
    check_text(value);
    return add(std::move(value));
  }
  bool binary(binary_t&) override { return false; }  // JSON has none

  bool start_object(std::size_t) override {
    check(++objects_ <= limits_.objects, who_,
          "the JSON must hold at most {} objects. Received: more.", limits_.objects);
    return open(Config::object());
  }
  bool start_array(std::size_t) override { return open(Config::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    check_text(name);
    check(open_.back().keys.insert(name).second, who_,
          "an object must not say a key twice. Received: \"{}\" twice.", clipped(name));
    key_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string& last_token,
                   const nlohmann::json::exception&) override {
    raise(who_, "the text must be JSON. Received: an error at byte {}, near \"{}\".", position,
          clipped(last_token));
  }

 private:
  struct Open {
    Config* container;
    std::unordered_set<std::string> keys;
  };

  bool add(Config value) {
    place(std::move(value));
    return true;
  }

  bool open(Config container) {
    check(open_.size() < limits_.depth, who_,
          "the JSON must not be nested deeper than {} levels. Received: a deeper one.",
          limits_.depth);
    open_.push_back({place(std::move(container)), {}});
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  Config* place(Config value) {
    check(++count_ <= limits_.values, who_, "the JSON must hold at most {} values. Received: more.",
          limits_.values);
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Config& container = *open_.back().container;
    if (container.is_array()) {
      container.push_back(std::move(value));
      return &container.back();
    }
    // Past the map's own search for the key, which is linear; `key` has made sure that it is new.
    auto& members = container.get_ref<Config::object_t&>();
    using Member = Config::object_t::value_type;
    static_cast<std::vector<Member>&>(members).emplace_back(std::move(key_), std::move(value));
    return &members.back().second;
  }

  void check_text(const std::string& text) const {
    check(text.find('\0') == std::string::npos, who_,
          "a string must not hold NUL characters. Received: one at byte {} of a string.",
          text.find('\0'));
  }

  std::string_view who_;
  JsonLimits limits_;
  Config root_;
  std::vector<Open> open_;
  std::string key_;
  std::size_t count_ = 0;
  std::size_t objects_ = 0;
};

}  // namespace

JsonLimits json_limits(std::int64_t max_memory, JsonLimits limits) {
  constexpr std::int64_t kBytesPerValue = 100;
  const auto values =
      static_cast<std::size_t>(std::max<std::int64_t>(max_memory, 0) / kBytesPerValue);
  limits.values = std::min(limits.values, values);
  return limits;
}

Config parse_json(std::string_view who, std::string_view text, const JsonLimits& limits) {
  check(text.size() <= limits.bytes, who, "the JSON must be at most {} bytes. Received: {} bytes.",
        limits.bytes, text.size());
  check(!text.starts_with("\xef\xbb\xbf"), who,
        "the JSON must not begin with a byte order mark. Received: one.");
  const std::size_t nul = text.find('\0');  // where the parser would stop without a word
  check(nul == std::string_view::npos, who, "the text must be JSON. Received: a NUL at byte {}.",
        nul);
  Builder builder(who, limits);
  Config::sax_parse(text, &builder);
  return builder.take();
}

}  // namespace strata::io
