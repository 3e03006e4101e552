// EventFile: protocol buffers and their frames, byte by byte.
#include "io/event_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <system_error>
#include <vector>

namespace strata::io {
namespace {

constexpr std::array<std::uint32_t, 256> kCastagnoli = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1) != 0 ? 0x82f63b78U : 0U);
    table[byte] = rest;
  }
  return table;
}();

std::string little_endian_bytes(std::uint64_t value, int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  return bytes;
}

std::string double_bytes(double value) {
  return little_endian_bytes(std::bit_cast<std::uint64_t>(value), 8);
}

// The parts of a protocol buffer: each field is its number and kind, then its value.
std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7f) | 0x80);
  return bytes + static_cast<char>(value);
}
std::string number_field(int number, std::uint64_t value) {
  return varint(static_cast<std::uint64_t>(number) << 3) + varint(value);
}
std::string double_field(int number, double value) {
  return varint(static_cast<std::uint64_t>(number) << 3 | 1) + double_bytes(value);
}
std::string bytes_field(int number, std::string_view bytes) {
  return varint(static_cast<std::uint64_t>(number) << 3 | 2) + varint(bytes.size()) +
         std::string(bytes);
}

// Fields of TensorFlow's messages.
std::string dimension(std::uint64_t size) { return bytes_field(2, number_field(1, size)); }

std::string event_at(double seconds, std::int64_t step) {
  return double_field(1, seconds) + number_field(2, static_cast<std::uint64_t>(step));
}

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string unique_name() {
  static std::atomic<int> count{0};
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  return fmt::format("events.out.tfevents.{}.{}.{}.{}.v2", static_cast<std::int64_t>(now()), host,
                     getpid(), count++);
}

/// Left and right edge and number of values, bucket by bucket.
std::vector<std::array<double, 3>> buckets_of(std::span<const float> values) {
  std::vector<double> finite;
  for (const float value : values) {
    if (std::isfinite(value)) finite.push_back(static_cast<double>(value));
  }
  if (finite.empty()) return {};
  const auto [least, most] = std::minmax_element(finite.begin(), finite.end());
  const double low = *least;
  const double width = *most - low;
  if (width == 0.0) return {{low - 0.5, low + 0.5, static_cast<double>(finite.size())}};
  constexpr std::size_t kBuckets = 30;
  std::vector<std::array<double, 3>> buckets(kBuckets);
  for (std::size_t i = 0; i < kBuckets; ++i) {
    const double step = width / kBuckets;
    buckets[i] = {low + step * static_cast<double>(i), low + step * static_cast<double>(i + 1), 0};
  }
  buckets.back()[1] = *most;
  for (const double value : finite) {
    const auto bucket = static_cast<std::size_t>((value - low) / width * kBuckets);
    buckets[std::min(bucket, kBuckets - 1)][2] += 1.0;
  }
  return buckets;
}

}  // namespace

std::uint32_t masked_crc32c(std::string_view bytes) {
  std::uint32_t rest = 0xffffffffU;
  for (const char byte : bytes) {
    rest = kCastagnoli[(rest ^ static_cast<unsigned char>(byte)) & 0xffU] ^ (rest >> 8);
  }
  return std::rotr(~rest, 15) + 0xa282ead8U;
}

EventFile::EventFile(std::string_view who, const std::string& folder)
    : origin_{who, folder + "/" + unique_name()} {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  file_.open(origin_.name, std::ios::binary | std::ios::trunc);
  record(double_field(1, now()) + bytes_field(3, "brain.Event:2"));
  flush();
}

void EventFile::record(const std::string& event) {
  const std::string length = little_endian_bytes(event.size(), 8);
  file_ << length << little_endian_bytes(masked_crc32c(length), 4) << event
        << little_endian_bytes(masked_crc32c(event), 4);
}

void EventFile::flush() {
  file_ << std::flush;
  origin_.check(file_.good(), "the file can't be written. Received: {}.",
                std::generic_category().message(errno));
}

void EventFile::summary(const std::string& tag, std::string_view plugin, const std::string& tensor,
                        std::int64_t step) {
  const std::string metadata = bytes_field(1, bytes_field(1, plugin));
  const std::string value = bytes_field(1, tag) + bytes_field(9, metadata) + bytes_field(8, tensor);
  record(event_at(now(), step) + bytes_field(5, bytes_field(1, value)));
}

void EventFile::scalar(const std::string& tag, double value, std::int64_t step) {
  constexpr std::uint64_t kFloat = 1;
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
  summary(
      tag, "scalars",
      number_field(1, kFloat) + bytes_field(2, "") + bytes_field(5, little_endian_bytes(bits, 4)),
      step);
}

void EventFile::histogram(const std::string& tag, std::span<const float> values,
                          std::int64_t step) {
  constexpr std::uint64_t kDouble = 2;
  const std::vector<std::array<double, 3>> buckets = buckets_of(values);
  std::string content;
  for (const auto& bucket : buckets) {
    for (const double number : bucket) content += double_bytes(number);
  }
  summary(tag, "histograms",
          number_field(1, kDouble) + bytes_field(2, dimension(buckets.size()) + dimension(3)) +
              bytes_field(4, content),
          step);
}

}  // namespace strata::io
