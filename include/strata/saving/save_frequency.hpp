// SaveFrequency: how often a callback saves.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "strata/core/number.hpp"

namespace strata::callbacks {

/// `"epoch"`: at the end of every epoch; a number n >= 1: after every n batches, counted across
/// epochs. Raises InvalidArgument on anything else.
class SaveFrequency {
 public:
  SaveFrequency(const char* word) : SaveFrequency(std::string_view(word)) {}
  SaveFrequency(const std::string& word) : SaveFrequency(std::string_view(word)) {}
  SaveFrequency(std::string_view word);
  template <Number N>
  requires std::integral<N> SaveFrequency(N batches)
      : SaveFrequency(Batches{std::in_range<std::int64_t>(batches)
                                  ? static_cast<std::int64_t>(batches)
                                  : std::numeric_limits<std::int64_t>::max()}) {}

  bool per_epoch() const { return batches_ == 0; }
  /// 0 where it is per epoch.
  int batches() const { return batches_; }

 private:
  struct Batches {
    std::int64_t count;
  };
  explicit SaveFrequency(Batches batches);

  int batches_ = 0;
};

}  // namespace strata::callbacks
