// Writes HDF5 files with the HDF5 C library, which never sees a byte that Strata did not write.
#include "io/hdf5_writer.hpp"

#include <algorithm>

#include "io/hdf5/library.hpp"

namespace strata::io {

using hdf5::expect_done;
using hdf5::Handle;
using hdf5::Session;

namespace {

// As the library takes names and strings: with NUL at the end, so none may be inside.
std::string terminated(const Origin& origin, std::string_view text) {
  origin.check(text.find('\0') == text.npos, "names and strings must not hold NUL. Received: '{}'.",
               text);
  return std::string(text);
}

// As many parts as Keras's save_attributes_to_hdf5_group makes: it counts NumPy's array of four
// bytes per character. Here they are at least the 16 bytes that each element takes in the header.
std::size_t number_of_parts(const Origin& origin, std::string_view attribute,
                            const std::vector<std::string>& values) {
  constexpr std::size_t kMostBytes = 64512;  // of an attribute in an object header
  std::size_t longest = 0;
  for (const std::string& value : values) longest = std::max(longest, value.size());
  origin.check(longest <= kMostBytes,
               "the strings of attribute '{}' must have at most {} bytes. Received: {}.", attribute,
               kMostBytes, longest);
  const std::size_t most =
      std::max<std::size_t>(kMostBytes / std::max<std::size_t>(4 * longest, 16), 1);
  return std::max<std::size_t>((values.size() + most - 1) / most, 1);
}

}  // namespace

class Hdf5Writer::File {
 public:
  explicit File(Origin origin)
      : origin_(std::move(origin)),
        links_(origin_, "the file", H5Pcreate(H5P_LINK_CREATE), H5Pclose),
        objects_(origin_, "the file", H5Pcreate(H5P_DATASET_CREATE), H5Pclose),
        names_(origin_, "the file", H5Pcreate(H5P_ATTRIBUTE_CREATE), H5Pclose),
        string_(origin_, "the file", H5Tcopy(H5T_C_S1), H5Tclose),
        file_(create()) {
    expect_done(origin_, "the file", H5Pset_create_intermediate_group(links_, 1));
    // Names are UTF-8, but not marked as such: groups of the older kind, which h5py writes, have no
    // place for the mark, and one that is given it becomes a newer one, with its entries in a heap.
    expect_done(origin_, "the file", H5Pset_char_encoding(names_, H5T_CSET_UTF8));
    expect_done(origin_, "the file", H5Pset_obj_track_times(objects_, false));
    expect_done(origin_, "the file", H5Tset_size(string_, H5T_VARIABLE));
    expect_done(origin_, "the file", H5Tset_cset(string_, H5T_CSET_UTF8));
  }

  void group(std::string_view path) {
    const std::string name = terminated(origin_, path);
    const Handle group(origin_, "group '" + name + "'",
                       H5Gcreate2(file_, name.c_str(), links_, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
  }

  void dataset(std::string_view path, const Shape& shape, hid_t stored, hid_t given,
               const void* values) {
    const std::string name = terminated(origin_, path);
    const std::string what = "dataset '" + name + "'";
    const Handle space = this->space(what, {shape.begin(), shape.end()});
    const Handle dataset(
        origin_, what,
        H5Dcreate2(file_, name.c_str(), stored, space, links_, objects_, H5P_DEFAULT), H5Dclose);
    expect_done(origin_, what, H5Dwrite(dataset, given, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
  }

  void attribute(std::string_view path, std::string_view attribute,
                 const std::vector<hsize_t>& extents, std::span<const std::string> values) {
    const std::string name = terminated(origin_, attribute);
    const std::string what = fmt::format("attribute '{}' of '{}'", name, path);
    std::vector<const char*> texts;
    for (const std::string& value : values) texts.push_back(value.c_str());
    texts.push_back(nullptr);  // so that an empty array has an address
    const Handle space = this->space(what, extents);
    const Handle object(origin_, what,
                        H5Oopen(file_, terminated(origin_, path).c_str(), H5P_DEFAULT), H5Oclose);
    const Handle made(origin_, what,
                      H5Acreate2(object, name.c_str(), string_, space, names_, H5P_DEFAULT),
                      H5Aclose);
    expect_done(origin_, what, H5Awrite(made, string_, texts.data()));
  }

  std::vector<unsigned char> image() {
    expect_done(origin_, "the file", H5Fflush(file_, H5F_SCOPE_GLOBAL));
    const ssize_t size = H5Fget_file_image(file_, nullptr, 0);
    std::vector<unsigned char> bytes(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    const ssize_t copied = H5Fget_file_image(file_, bytes.data(), bytes.size());
    expect_done(origin_, "the file", size > 0 && copied == size ? 0 : -1);
    return bytes;
  }

  const Origin& origin() const { return origin_; }

 private:
  Handle create() const {
    constexpr std::size_t kGrowth = 1 << 20;
    const Handle access(origin_, "the file", H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    expect_done(origin_, "the file", H5Pset_fapl_core(access, kGrowth, false));  // only in memory
    // The library takes files of one name for one file, so each has its own.
    const std::string name = fmt::format("strata-{}", fmt::ptr(this));
    return {origin_, "the file", H5Fcreate(name.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access),
            H5Fclose};
  }

  Handle space(std::string_view what, const std::vector<hsize_t>& extents) const {
    return {origin_, what,
            extents.empty()
                ? H5Screate(H5S_SCALAR)
                : H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr),
            H5Sclose};
  }

  Origin origin_;
  Handle links_, objects_, names_;  // how they are created
  Handle string_;                   // the type of all strings
  Handle file_;
};

Hdf5Writer::Hdf5Writer(Origin origin) {
  const Session session;
  file_ = std::make_unique<File>(std::move(origin));
}

Hdf5Writer::~Hdf5Writer() {
  const Session session;
  file_.reset();
}

void Hdf5Writer::group(std::string_view path) {
  const Session session;
  file_->group(path);
}

void Hdf5Writer::write(std::string_view path, const Tensor& values) {
  const Session session;
  file_->dataset(path, values.shape(), H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.data());
}

void Hdf5Writer::write(std::string_view path, const Shape& shape,
                       std::span<const std::int32_t> values) {
  const Session session;
  file_->dataset(path, shape, H5T_STD_I32LE, H5T_NATIVE_INT32, values.data());
}

void Hdf5Writer::write(std::string_view path, const Shape& shape,
                       std::span<const std::int64_t> values) {
  const Session session;
  file_->dataset(path, shape, H5T_STD_I64LE, H5T_NATIVE_INT64, values.data());
}

void Hdf5Writer::text(std::string_view path, std::string_view attribute, std::string_view value) {
  const Session session;
  const std::string text = terminated(file_->origin(), value);
  file_->attribute(path, attribute, {}, {&text, 1});
}

void Hdf5Writer::texts(std::string_view path, std::string_view attribute,
                       const std::vector<std::string>& values) {
  const Session session;
  for (const std::string& value : values) terminated(file_->origin(), value);
  const std::size_t parts = number_of_parts(file_->origin(), attribute, values);
  std::span<const std::string> left(values);
  for (std::size_t i = 0; i < parts; ++i) {
    const auto part = left.first((left.size() + parts - i - 1) / (parts - i));  // even parts
    left = left.subspan(part.size());
    const std::string name =
        parts == 1 ? std::string(attribute) : fmt::format("{}{}", attribute, i);
    file_->attribute(path, name, {part.size()}, part);
  }
}

std::vector<unsigned char> Hdf5Writer::finish() {
  const Session session;
  std::vector<unsigned char> bytes = file_->image();
  file_.reset();
  return bytes;
}

}  // namespace strata::io
