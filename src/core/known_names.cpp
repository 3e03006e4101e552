// Finds the known name with the smallest edit distance.
#include "core/known_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <set>
#include <utility>

#include "core/ascii.hpp"
#include "core/excerpt.hpp"

namespace strata {
namespace {

constexpr std::size_t kLongestName = 100;  // longer names are not compared
constexpr std::size_t kShortestStart = 3;  // shortest beginning that is completed to a name

// Lower case, without separators: `L1-L2` and `l1_l2` are the same.
std::string letters_of(std::string_view name) {
  std::string letters;
  for (const char c : name) {
    if (c != '_' && c != '-' && c != ' ') letters += to_lower(c);
  }
  return letters;
}

// The edit distance: the number of letters to insert, delete, replace or swap with the next one to
// turn `a` into `b`.
std::size_t edits(std::string_view a, std::string_view b) {
  std::array<std::vector<std::size_t>, 3> rows;  // for the first i - 2, i - 1 and i letters of `a`
  for (auto& row : rows) row.resize(b.size() + 1);
  std::iota(rows[1].begin(), rows[1].end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    rows[2][0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = rows[1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      rows[2][j] = std::min({rows[1][j] + 1, rows[2][j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        rows[2][j] = std::min(rows[2][j], rows[0][j - 2] + 1);
    }
    std::rotate(rows.begin(), rows.begin() + 1, rows.end());
  }
  return rows[1][b.size()];
}

}  // namespace

std::string nearest_name(std::string_view received, const std::vector<std::string>& known) {
  if (received.size() > kLongestName) return {};
  const std::string wanted = letters_of(received);
  if (wanted.empty()) return {};
  const std::string* nearest = nullptr;
  const std::size_t most = std::max<std::size_t>(1, wanted.size() / 3);
  std::pair<std::size_t, std::size_t> fewest(
      most, kLongestName);  // edit distance of the letters, then of the names as written
  for (const std::string& name : known) {
    if (name.size() > kLongestName) continue;
    const std::string own = name.substr(name.find('>') + 1);  // without a user's package
    const std::size_t count =
        std::min(edits(wanted, letters_of(name)), edits(wanted, letters_of(own)));
    if (2 * count >= wanted.size()) continue;  // `l3` is not like `l1`
    const std::pair found(count, edits(received, name));
    if (found >= fewest) continue;
    nearest = &name;
    fewest = found;
  }
  if (nearest != nullptr) return *nearest;
  for (const std::string& name : known) {
    if (wanted.size() >= kShortestStart && letters_of(name).starts_with(wanted)) return name;
  }
  return {};
}

std::string known_names(std::string_view received, const std::vector<std::string>& known) {
  if (known.empty()) return "known are none";
  const std::string all = fmt::format("{}", fmt::join(known, ", "));
  const std::string nearest = nearest_name(received, known);
  return nearest.empty() ? "known are " + all
                         : fmt::format("did you mean {}? Known are {}", nearest, all);
}

std::string nearest_names(std::string_view received, const std::vector<std::string>& known,
                          std::size_t most) {
  const auto without_package = [](std::string_view name) {
    return name.substr(name.find('>') + 1);
  };
  const std::string wanted = letters_of(without_package(received).substr(0, kLongestName));
  std::vector<std::pair<std::size_t, std::string_view>> names;  // with their edits
  std::set<std::string_view> seen;
  for (const std::string& name : known) {
    if (!seen.insert(name).second) continue;
    const std::string own = letters_of(without_package(name));
    names.emplace_back(own.size() > kLongestName ? own.size() : edits(wanted, own), name);
  }
  if (names.empty()) return "Known are none";
  std::stable_sort(names.begin(), names.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> listed;
  for (const auto& [count, name] : names) {
    if (listed.size() < most) listed.push_back(excerpt(name));
  }
  const std::size_t left = names.size() - listed.size();
  return fmt::format("Known are {}{}", fmt::join(listed, ", "),
                     left == 0 ? "" : fmt::format(" and {} more", left));
}

std::string either_of(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += names[i];
  }
  return text;
}

}  // namespace strata
