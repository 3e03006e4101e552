// Reads and writes safetensors files.
#include "io/safetensors.hpp"

#include <algorithm>
#include <array>

#include "io/atomic_file.hpp"
#include "io/checked_size.hpp"
#include "io/json.hpp"
#include "tensor/format.hpp"

namespace strata::io {
namespace {

constexpr std::int64_t kLengthSize = 8;  // a little-endian number before the header
constexpr std::int64_t kLongestSafetensorsHeader = 100'000'000;  // as the reference implementation
constexpr const char* kMetadataKey = "__metadata__";

struct DtypeEntry {
  std::string_view name;
  ElementType type;
};

constexpr std::array<DtypeEntry, 13> kDtypes{{{"BOOL", ElementType::kBool},
                                              {"U8", ElementType::kUint8},
                                              {"I8", ElementType::kInt8},
                                              {"U16", ElementType::kUint16},
                                              {"I16", ElementType::kInt16},
                                              {"U32", ElementType::kUint32},
                                              {"I32", ElementType::kInt32},
                                              {"U64", ElementType::kUint64},
                                              {"I64", ElementType::kInt64},
                                              {"F16", ElementType::kFloat16},
                                              {"BF16", ElementType::kBfloat16},
                                              {"F32", ElementType::kFloat32},
                                              {"F64", ElementType::kFloat64}}};

/// The text of the header, which begins with an object, and of nothing else.
std::string header_text(const InputFile& file) {
  const Origin& origin = file.origin();
  FilePart start(file);
  std::array<unsigned char, kLengthSize> bytes;
  read_exactly(start, bytes, "the header's length");
  std::uint64_t length = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) length = length << 8 | bytes[i];
  origin.check(CheckedSize(length).fits(std::min(start.most_left(), kLongestSafetensorsHeader)),
               "the header must lie in the file, and have at most {} bytes. Received: a header of "
               "{} bytes in a file of {}, {}.",
               kLongestSafetensorsHeader, length, file.size(), apparent_kind(file));
  std::string text(length, '\0');
  read_exactly(start, {reinterpret_cast<unsigned char*>(text.data()), text.size()}, "the header");
  origin.check(text.starts_with('{'), "the header must begin with '{{'. Received: '{}'.",
               text.substr(0, 20));
  return text;
}

Config parse_header(const std::string& text, const Origin& origin, std::int64_t max_memory) {
  constexpr JsonLimits kLimits{.bytes = kLongestSafetensorsHeader, .depth = 3};
  try {
    return parse_json("the header", text, json_limits(max_memory, kLimits));
  } catch (const InvalidArgument& error) {
    origin.raise("{}", Whole{error.what()});
  }
}

/// A tensor of the header, with its range of bytes behind the header.
struct Described {
  StoredTensor tensor;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// Reads one value of the header's object: `{"dtype": "F32", "shape": [2, 3], "data_offsets":
/// [0, 24]}`.
class TensorDescription {
 public:
  TensorDescription(const std::string& name, const Config& value, const Origin& origin)
      : name_(name), value_(value), origin_(origin) {
    check(value.is_object() && value.size() == 3,
          "it must be described by dtype, shape and data_offsets. Received: {}", value);
  }

  Described read() const {
    const Config& offsets = member("data_offsets");
    check(offsets.is_array() && offsets.size() == 2 && offsets[0].is_number_unsigned() &&
              offsets[1].is_number_unsigned() && offsets[0] <= offsets[1],
          "data_offsets must be where its bytes begin and end. Received: {}", offsets);
    return {.tensor = {.name = name_, .header = {.shape = shape(), .type = type()}},
            .begin = offsets[0].get<std::uint64_t>(),
            .end = offsets[1].get<std::uint64_t>()};
  }

 private:
  void check(bool holds, fmt::format_string<std::string> rule, const Config& received) const {
    if (holds) return;
    const std::string text = fmt::format(rule, json_excerpt(received));
    origin_.raise("tensor '{}': {}.", name_, Whole{text});
  }

  const Config& member(const char* key) const {
    const auto found = value_.find(key);
    check(found != value_.end(),
          "it must be described by dtype, shape and data_offsets. Received: {}", value_);
    return *found;
  }

  ElementType type() const {
    const Config& dtype = member("dtype");
    if (dtype.is_string()) {
      for (const DtypeEntry& known : kDtypes) {
        if (known.name == dtype.get_ref<const std::string&>()) return known.type;
      }
    }
    check(false,
          "dtype must be one of BOOL U8 I8 U16 I16 U32 I32 U64 I64 F16 BF16 F32 F64. Received: {}",
          dtype);
    return {};
  }

  Shape shape() const {
    const Config& extents = member("shape");
    check(extents.is_array() && extents.size() <= Shape::kMaxRank,
          "shape must be a list of at most 8 extents. Received: {}", extents);
    Shape shape;
    for (const Config& extent : extents) {
      check(extent.is_number_unsigned() && CheckedSize(extent.get<std::uint64_t>()).fits(INT64_MAX),
            "shape must be a list of at most 8 extents. Received: {}", extents);
      shape.append(extent.get<std::int64_t>());
    }
    return shape;
  }

  const std::string& name_;
  const Config& value_;
  const Origin& origin_;
};

Metadata read_metadata(const Config& value, const Origin& origin) {
  origin.check(value.is_object(), "the metadata must be an object. Received: {}.", value);
  Metadata metadata;
  for (const auto& [key, text] : value.items()) {
    origin.check(text.is_string(), "the metadata must be text. Received: {} under '{}'.", text,
                 key);
    metadata.emplace(key, text.get<std::string>());
  }
  return metadata;
}

/// The tensors sorted by their bytes. Raises IoError unless these follow one another without holes
/// or overlap, from the header to the end of the file.
void check_ranges(std::vector<Described>& tensors, std::int64_t present, const Origin& origin) {
  std::stable_sort(tensors.begin(), tensors.end(), [](const Described& a, const Described& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t end = 0;
  for (const Described& described : tensors) {
    const auto& [name, header] = described.tensor;
    origin.check(described.begin == end,
                 "tensor '{}': its bytes must begin where others end, at {}. Received: {}.", name,
                 end, described.begin);
    CheckedSize size = size_of(header.type);
    for (const std::int64_t extent : header.shape) size *= extent;
    origin.check(size.is(described.end - described.begin),
                 "tensor '{}': shape={} of {} takes {} bytes. Received: {}.", name, header.shape,
                 name_of(header.type), size, described.end - described.begin);
    end = described.end;
    origin.check(CheckedSize(end).fits(present),
                 "tensor '{}': its bytes must lie in the file, which has {} after the header. "
                 "Received: an end at {}.",
                 name, present, end);
  }
  origin.check(CheckedSize(end).is(present),
               "the tensors must end with the file. Received: {} bytes of tensors, {} after the "
               "header.",
               end, present);
}

/// The header as the reference implementation writes it, padded with spaces to 8 bytes.
std::string written_header(const NamedTensors& tensors, const Metadata& metadata) {
  Config header = Config::object();
  if (!metadata.empty()) header[kMetadataKey] = metadata;
  auto& members = header.get_ref<Config::object_t&>();
  std::int64_t end = 0;
  for (const auto& [name, tensor] : tensors) {
    const std::int64_t begin = end;
    end += tensor.size() * static_cast<std::int64_t>(sizeof(float));
    Config description = {{"dtype", "F32"}, {"shape", Config::array()}};
    for (const std::int64_t extent : tensor.shape()) description["shape"].push_back(extent);
    description["data_offsets"] = {begin, end};
    // Past the object's own search for the name, which is linear.
    static_cast<std::vector<Config::object_t::value_type>&>(members).emplace_back(
        name, std::move(description));
  }
  std::string text = header.dump();
  text.resize((text.size() + kLengthSize - 1) / kLengthSize * kLengthSize, ' ');
  std::string length;
  for (int byte = 0; byte < kLengthSize; ++byte) {
    length += static_cast<char>(text.size() >> (8 * byte) & 0xFF);
  }
  return length + text;
}

void check_writable(const NamedTensors& sorted, const Origin& origin) {
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const auto& [name, tensor] = sorted[i];
    origin.check<InvalidArgument>(
        tensor.defined(), "the tensors must be defined. Received: an undefined one, '{}'.", name);
    origin.check<InvalidArgument>(name != kMetadataKey && (i == 0 || sorted[i - 1].first != name),
                                  "tensors must have different names, and not that of the "
                                  "metadata. Received: '{}'.",
                                  name);
  }
}

}  // namespace

SafetensorsFile::SafetensorsFile(Origin origin, std::int64_t max_memory)
    : file_(std::move(origin)) {
  const std::string text = header_text(file_);
  const Config header = parse_header(text, file_.origin(), max_memory);
  std::vector<Described> tensors;
  for (const auto& [name, value] : header.items()) {
    if (name == kMetadataKey) {
      metadata_ = read_metadata(value, file_.origin());
    } else {
      tensors.push_back(TensorDescription(name, value, file_.origin()).read());
    }
  }
  const std::int64_t begin = kLengthSize + static_cast<std::int64_t>(text.size());
  check_ranges(tensors, file_.size() - begin, file_.origin());
  for (Described& described : tensors) {
    ranges_.push_back({begin + static_cast<std::int64_t>(described.begin),
                       static_cast<std::int64_t>(described.end - described.begin)});
    add(std::move(described.tensor));
  }
}

Tensor SafetensorsFile::read(std::size_t index, std::int64_t budget) const {
  const Range& range = ranges_.at(index);
  const StoredTensor& tensor = tensors()[index];
  FilePart part(file_, {origin().who, origin().name + "/" + tensor.name}, range.offset, range.size);
  return read_elements(part, tensor.header, budget);
}

void write_safetensors(Origin origin, NamedTensors tensors, const Metadata& metadata) {
  std::stable_sort(tensors.begin(), tensors.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  check_writable(tensors, origin);
  std::string header;
  try {
    header = written_header(tensors, metadata);
  } catch (const Config::exception&) {
    origin.raise<InvalidArgument>("names and metadata must be UTF-8. Received: other bytes.");
  }
  AtomicFile file(std::move(origin));
  file.write(as_bytes(header));
  for (const auto& [name, tensor] : tensors) file.write(bytes_of(tensor));
  file.commit();
}

}  // namespace strata::io
