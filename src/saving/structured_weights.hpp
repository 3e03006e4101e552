// Keras 3's structure of weights, in one file or in several: `layers/dense/vars/0` is the first weight of
// the first Dense.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "io/hdf5_writer.hpp"
#include "saving/weights_reader.hpp"

namespace strata::saving {

/// The tensors of such files, by their paths.
class StructuredTensors : public io::TensorFile {
 public:
  /// The only element of a dataset of integers, exactly; of floats, which must be whole.
  virtual std::int64_t read_integer(std::size_t index) const = 0;
  /// How many entries a group has: none where there is no such group.
  virtual std::size_t entry_count(const std::string& group) const = 0;
  /// The datasets that can't be read, by path, each with the error.
  virtual const std::map<std::string, std::string>& unreadable() const = 0;
};

/// Finds the weights of layers and the optimizer's state in them.
std::unique_ptr<WeightsReader> open_structure(io::Origin origin,
                                              std::unique_ptr<StructuredTensors> tensors,
                                              std::int64_t max_memory);

/// Goes through all that such files hold of a model: each layer's weights, then the optimizer's
/// state if the model is compiled.
class StructureWriter {
 public:
  virtual ~StructureWriter() = default;
  void add_all(const Model& model);

 protected:
  /// Makes a group, which is the layer's or optimizer's of this name.
  virtual void begin(const std::string& vars, const std::string& name) = 0;
  /// Adds one tensor to it, under its number.
  virtual void add(const std::string& path, const Tensor& value) = 0;
  /// Adds a whole number: a weight's, or the optimizer's iteration.
  virtual void add_count(const std::string& path, std::int64_t count) = 0;
};

/// Writes a count as JAX and PyTorch hold it; in 64 bits, as TensorFlow does, where it takes them.
void write_count(io::Hdf5Writer& file, const std::string& path, std::int64_t count);

}  // namespace strata::saving
