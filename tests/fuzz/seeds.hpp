// The folder of one fuzzer's seeds.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "io/files.hpp"

namespace strata::testing {

class Seeds {
 public:
  explicit Seeds(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
  }
  void add(const Bytes& bytes) {
    std::ofstream(folder_ / std::to_string(count_++), std::ios::binary) << bytes;
  }

 private:
  std::filesystem::path folder_;
  int count_ = 0;
};

}  // namespace strata::testing
