// Calls of the HDF5 C library for the tests.
#include "io/hdf5_library.hpp"

#include <algorithm>
#include <stdexcept>

namespace strata::testing {
namespace {

hid_t valid(hid_t id) {
  if (id < 0) throw std::runtime_error("the HDF5 library refused a call");
  return id;
}

void done(herr_t result) { valid(result); }

// One of the library's handles, closed at the end of its scope.
class Scoped {
 public:
  Scoped(hid_t id, herr_t (*close)(hid_t)) : id_(valid(id)), close_(close) {}
  ~Scoped() { close_(id_); }
  Scoped(const Scoped&) = delete;
  Scoped& operator=(const Scoped&) = delete;
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

hid_t make_space(const std::vector<hsize_t>& shape) {
  return shape.empty() ? H5Screate(H5S_SCALAR)
                       : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
}

hid_t variable_string() {
  const hid_t type = valid(H5Tcopy(H5T_C_S1));
  done(H5Tset_size(type, H5T_VARIABLE));
  done(H5Tset_cset(type, H5T_CSET_UTF8));
  return type;
}

void write_attribute(hid_t file, const std::string& path, const std::string& name, hid_t space,
                     hid_t stored, hid_t given, const void* values) {
  const Scoped object(H5Oopen(file, path.c_str(), H5P_DEFAULT), H5Oclose);
  const Scoped attribute(H5Acreate2(object, name.c_str(), stored, space, H5P_DEFAULT, H5P_DEFAULT),
                         H5Aclose);
  done(H5Awrite(attribute, given, values));
}

}  // namespace

LibraryFile::LibraryFile(Hdf5Format format, hsize_t user_block)
    : links_(valid(H5Pcreate(H5P_LINK_CREATE))) {
  const Scoped creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  const Scoped access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  if (format == Hdf5Format::kSuperblock1) done(H5Pset_istore_k(creation, 64));
  if (format == Hdf5Format::kSuperblock2) {
    done(H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_LATEST));
  }
  if (format == Hdf5Format::kSuperblock3) {
    done(H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST));
  }
  done(H5Pset_userblock(creation, user_block));
  done(H5Pset_create_intermediate_group(links_, 1));
  file_ = valid(H5Fcreate(folder_.path("a.h5").c_str(), H5F_ACC_TRUNC, creation, access));
}

LibraryFile::~LibraryFile() {
  if (file_ >= 0) H5Fclose(file_);
  H5Pclose(links_);
}

void LibraryFile::group(const std::string& path) {
  H5Gclose(valid(H5Gcreate2(file_, path.c_str(), links_, H5P_DEFAULT, H5P_DEFAULT)));
}

void LibraryFile::dataset(const std::string& path, const std::vector<hsize_t>& shape, hid_t type,
                          const std::vector<double>& values, hid_t creation) {
  const Scoped space(make_space(shape), H5Sclose);
  const Scoped made(H5Dcreate2(file_, path.c_str(), type, space, links_, creation, H5P_DEFAULT),
                    H5Dclose);
  done(H5Dwrite(made, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
}

void LibraryFile::empty_dataset(const std::string& path, hid_t space, hid_t type, hid_t creation) {
  H5Dclose(valid(H5Dcreate2(file_, path.c_str(), type, space, links_, creation, H5P_DEFAULT)));
}

void LibraryFile::text(const std::string& path, const std::string& name, const std::string& value) {
  const Scoped space(H5Screate(H5S_SCALAR), H5Sclose);
  const Scoped type(variable_string(), H5Tclose);
  const char* text = value.c_str();
  write_attribute(file_, path, name, space, type, type, &text);
}

void LibraryFile::texts(const std::string& path, const std::string& name,
                        const std::vector<std::string>& values) {
  const Scoped space(make_space({values.size()}), H5Sclose);
  const Scoped type(variable_string(), H5Tclose);
  std::vector<const char*> texts;
  for (const std::string& value : values) texts.push_back(value.c_str());
  texts.push_back(nullptr);  // the library wants an address for an empty array too
  write_attribute(file_, path, name, space, type, type, texts.data());
}

void LibraryFile::fixed_texts(const std::string& path, const std::string& name, std::size_t length,
                              H5T_str_t padding, const std::vector<std::string>& values) {
  const Scoped space(make_space({values.size()}), H5Sclose);
  const Scoped type(H5Tcopy(H5T_C_S1), H5Tclose);
  done(H5Tset_size(type, length));
  done(H5Tset_strpad(type, padding));
  Bytes texts;
  for (Bytes value : values) {
    value.resize(length, padding == H5T_STR_SPACEPAD ? ' ' : '\0');
    texts += value;
  }
  write_attribute(file_, path, name, space, type, type, texts.data());
}

void LibraryFile::integers(const std::string& path, const std::string& name, hid_t type,
                           const std::vector<std::int64_t>& values) {
  const Scoped space(make_space({values.size()}), H5Sclose);
  write_attribute(file_, path, name, space, type, H5T_NATIVE_INT64, values.data());
}

// By way of the disk: in an image of a file that is still open, as H5Fget_file_image gives it, the
// checksum of a newer superblock is wrong.
Bytes LibraryFile::finish() {
  done(H5Fclose(file_));
  file_ = H5I_INVALID_HID;
  return read_bytes(folder_.path("a.h5"));
}

namespace {

std::vector<hsize_t> shape_of(hid_t space) {
  std::vector<hsize_t> shape(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
  H5Sget_simple_extent_dims(space, shape.data(), nullptr);
  return shape;
}

std::size_t count_of(hid_t space) {
  return static_cast<std::size_t>(H5Sget_simple_extent_npoints(space));
}

void read_dataset(hid_t object, LibraryObject& found) {
  found.is_dataset = true;
  const Scoped space(H5Dget_space(object), H5Sclose);
  const Scoped type(H5Dget_type(object), H5Tclose);
  found.shape = shape_of(space);
  found.values.resize(count_of(space));
  if (H5Tget_class(type) == H5T_ENUM) {  // which is not converted to numbers
    std::vector<signed char> members(found.values.size());
    done(H5Dread(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, members.data()));
    std::copy(members.begin(), members.end(), found.values.begin());
  } else {
    done(H5Dread(object, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, found.values.data()));
  }
}

std::vector<std::string> read_texts(hid_t attribute, hid_t type) {
  const Scoped space(H5Aget_space(attribute), H5Sclose);
  std::vector<std::string> texts(count_of(space));
  if (H5Tis_variable_str(type) > 0) {
    const Scoped memory(variable_string(), H5Tclose);
    std::vector<char*> raw(texts.size() + 1);
    done(H5Aread(attribute, memory, raw.data()));
    for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = raw[i] == nullptr ? "" : raw[i];
    done(H5Dvlen_reclaim(memory, space, H5P_DEFAULT, raw.data()));
    return texts;
  }
  const std::size_t length = H5Tget_size(type);
  const Scoped memory(H5Tcopy(H5T_C_S1), H5Tclose);
  done(H5Tset_size(memory, length + 1));  // always ends with NUL
  Bytes raw((length + 1) * (texts.size() + 1), '\0');
  done(H5Aread(attribute, memory, raw.data()));
  for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = raw.data() + i * (length + 1);
  return texts;
}

herr_t visit_attribute(hid_t object, const char* name, const H5A_info_t*, void* out) {
  const Scoped attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
  const Scoped type(H5Aget_type(attribute), H5Tclose);
  if (H5Tget_class(type) == H5T_STRING) {
    static_cast<LibraryObject*>(out)->texts[name] = read_texts(attribute, type);
  }
  return 0;
}

using Objects = std::map<std::string, LibraryObject>;

void visit_object(hid_t file, const std::string& path, Objects& out) {
  const Scoped object(H5Oopen(file, path.empty() ? "/" : path.c_str(), H5P_DEFAULT), H5Oclose);
  LibraryObject& found = out[path];
  done(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, nullptr, visit_attribute, &found));
  if (H5Iget_type(object) == H5I_DATASET) read_dataset(object, found);
  H5G_info_t info = {};
  if (H5Iget_type(object) == H5I_GROUP) done(H5Gget_info(object, &info));
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    Bytes name(2000, '\0');
    const ssize_t length = H5Lget_name_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, i,
                                              name.data(), name.size(), H5P_DEFAULT);
    visit_object(file, path + "/" + name.substr(0, static_cast<std::size_t>(length)), out);
  }
}

}  // namespace

std::map<std::string, LibraryObject> read_with_library(const Bytes& bytes) {
  const Scoped access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  done(H5Pset_fapl_core(access, 1 << 16, false));
  Bytes image = bytes;
  done(H5Pset_file_image(access, image.data(), image.size()));
  const Scoped file(H5Fopen("read", H5F_ACC_RDONLY, access), H5Fclose);
  Objects found;
  visit_object(file, "", found);
  return found;
}

}  // namespace strata::testing
