// Loading models of 100 MB, beside what reading, checking and copying as many bytes takes. The files
// are in the page cache; memory comes fresh from the system, as it does in a program that loads once.
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "micro/micro.hpp"

namespace strata::micro {
namespace {

Sequential model() {
  Sequential made({layers::Input({2500})});
  for (int i = 0; i < 4; ++i)
    made.add(layers::Dense({.units = 2500, .name = "dense_" + std::to_string(i)}));
  return made;
}

/// The model in a file, which goes away at the end.
class File {
 public:
  explicit File(const std::string& extension)
      : path_(std::filesystem::temp_directory_path() /
              ("strata_load_" + std::to_string(getpid()) + extension)) {
    if (extension == ".keras") {
      model().save(path_);
    } else {
      model().save_weights(path_);
    }
  }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

using Bytes = std::unique_ptr<unsigned char[]>;

Bytes read(const std::string& path, std::size_t size) {
  Bytes bytes = std::make_unique_for_overwrite<unsigned char[]>(size);
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = ::read(file, bytes.get() + done, size - done);
    if (count <= 0) throw std::runtime_error("can't read " + path);
    done += static_cast<std::size_t>(count);
  }
  close(file);
  return bytes;
}

Bytes copy(const Bytes& bytes, std::size_t size) {
  Bytes copied = std::make_unique_for_overwrite<unsigned char[]>(size);
  std::memcpy(copied.get(), bytes.get(), size);
  return copied;
}

}  // namespace

void add_load_files() {
  const Work once = items(1);
  add("load/floor: read, CRC-32, copy", once, [] {
    const auto file = std::make_shared<File>(".keras");
    return [file, size = std::filesystem::file_size(file->path())] {
      const Bytes bytes = read(file->path(), size);
      benchmark::DoNotOptimize(crc32_z(0, bytes.get(), size));
      return copy(bytes, size);
    };
  });
  add("load/.keras", once, [] {
    return [file = std::make_shared<File>(".keras")] {
      release_idle_memory();
      return load_model(file->path());
    };
  });
  add("load/floor: read, copy", once, [] {
    const auto file = std::make_shared<File>(".safetensors");
    return [file, size = std::filesystem::file_size(file->path())] {
      return copy(read(file->path(), size), size);
    };
  });
  add("load/.safetensors", once, [] {
    return [file = std::make_shared<File>(".safetensors"),
            target = std::make_shared<Sequential>(model())] {
      release_idle_memory();
      target->load_weights(file->path());
      return 0;
    };
  });
}

}  // namespace strata::micro
