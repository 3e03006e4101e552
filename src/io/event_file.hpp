// EventFile: figures and histograms over time, in the files that TensorBoard reads.
#pragma once

#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

#include "io/byte_stream.hpp"

namespace strata::io {

/// CRC-32C (Castagnoli) as TFRecord files hold it: rotated, and moved by a constant.
std::uint32_t masked_crc32c(std::string_view bytes);

/// Appends records of TensorFlow's protocol buffer `Event`, each framed as in a TFRecord file: its
/// length, the checksum of that, the record, its checksum. Raises IoError where the file can't be
/// written.
class EventFile {
 public:
  /// Creates `events.out.tfevents.…` in a folder, which is created too, under a name that no other
  /// file of this process has.
  EventFile(std::string_view who, const std::string& folder);

  void scalar(const std::string& tag, double value, std::int64_t step);
  /// Thirty buckets of equal width between the smallest and the largest value; one if those are
  /// equal. Values that are not finite are left out.
  void histogram(const std::string& tag, std::span<const float> values, std::int64_t step);
  /// Brings to the system what was written so far.
  void flush();

 private:
  void summary(const std::string& tag, std::string_view plugin, const std::string& tensor,
               std::int64_t step);
  void record(const std::string& event);

  Origin origin_;
  std::ofstream file_;
};

}  // namespace strata::io
