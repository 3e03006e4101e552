// Writes and reads `.weights.h5` files.
#include "saving/keras_weights.hpp"

#include "io/atomic_file.hpp"
#include "saving/hdf5_tensors.hpp"
#include "saving/structured_weights.hpp"

namespace strata::saving {
namespace {

class OneFileWriter : public StructureWriter {
 public:
  explicit OneFileWriter(io::Origin origin) : file_(std::move(origin)) {}

  std::vector<unsigned char> finish() { return file_.finish(); }

 protected:
  void begin(const std::string& vars, const std::string& name) override {
    file_.group(vars);
    file_.text(vars, "name", name);
  }
  void add(const std::string& path, const Tensor& value) override { file_.write(path, value); }
  void add_count(const std::string& path, std::int64_t count) override {
    write_count(file_, path, count);
  }

 private:
  io::Hdf5Writer file_;
};

}  // namespace

void write_keras_weights(io::Origin origin, const Model& model) {
  io::write_file(origin, keras_weights_bytes(origin, model));
}

std::vector<unsigned char> keras_weights_bytes(io::Origin origin, const Model& model) {
  OneFileWriter writer(std::move(origin));
  writer.add_all(model);
  return writer.finish();
}

std::unique_ptr<WeightsReader> open_keras_weights(io::Origin origin,
                                                  std::optional<std::int64_t> max_memory) {
  auto [bytes, left] = read_whole_file(origin, max_memory);
  return open_keras_weights_bytes(std::move(origin), std::move(bytes), left);
}

std::unique_ptr<WeightsReader> open_keras_weights_bytes(io::Origin origin, io::MemberBytes bytes,
                                                        std::int64_t max_memory) {
  auto tensors = std::make_unique<Hdf5Tensors>(origin, std::move(bytes), max_memory);
  return open_structure(std::move(origin), std::move(tensors), max_memory);
}

}  // namespace strata::saving
