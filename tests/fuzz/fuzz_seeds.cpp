// Writes inputs from which the fuzzers start: small files of every kind that the readers know.
// fuzz_seeds FOLDER makes FOLDER/idx, FOLDER/npz, …
#include <cstdio>

#include "fuzz/seeds.hpp"
#include "io/files.hpp"
#include "io/safetensors.hpp"
#include "strata/io/npz.hpp"

namespace strata::testing {
namespace {

void add_idx(Seeds seeds) {
  for (const int type : {0x08, 0x09, 0x0B, 0x0C, 0x0D, 0x0E}) {
    const Bytes file = idx_bytes(type, {2, 2},
                                 Bytes(type == 0x0E  ? 32
                                       : type > 0x0B ? 16
                                                     : 4,
                                       'a'));
    seeds.add(file);
    seeds.add(gzip(file));
  }
}

Bytes array_of(const std::string& type, const std::string& order, const Bytes& elements) {
  return npy_bytes("{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': (2, 3), }\n",
                   elements);
}

std::vector<Bytes> arrays() {
  std::vector<Bytes> all;
  for (const char* order : {"True", "False"}) {
    for (const char* type : {"|b1", "|u1", "|i1"})
      all.push_back(array_of(type, order, Bytes("\0\1\0\1\1\1", 6)));
    for (const char* type : {"<f2", ">f2", "<i2", ">u2"}) {
      all.push_back(array_of(type, order, Bytes(12, '\1')));
    }
    for (const char* type : {"<f4", ">f4", "<i4", ">u4"}) {
      all.push_back(array_of(type, order, Bytes(24, '\0')));
    }
    for (const char* type : {"<f8", ">f8", "<i8", ">u8"}) {
      all.push_back(array_of(type, order, Bytes(48, '\0')));
    }
  }
  all.push_back(array_of("|O", "False", "\x80\x04."));
  all.push_back(npy_of_uint8("()", "a"));
  return all;
}

void add_npz(Seeds seeds) {
  for (const Bytes& array : arrays()) {
    seeds.add(array);
    seeds.add(raw_zip({raw_stored("x.npy", array)}));
    seeds.add(
        raw_zip({raw_deflated("x.npy", raw_deflate(array), array), raw_stored("y.npy", array)}));
  }
}

void add_safetensors(Seeds seeds) {
  for (const char* dtype : {"BOOL", "U8", "I8", "U16", "F16", "BF16", "F32", "I32", "F64", "I64"}) {
    for (const int size : {1, 2, 4, 8}) {
      const std::string header = R"({"__metadata__":{"a":"b"},"x":{"dtype":")" +
                                 std::string(dtype) + R"(","shape":[1,2],"data_offsets":[0,)" +
                                 std::to_string(2 * size) + "]}}";
      seeds.add(little_endian(header.size(), 8) + header +
                Bytes(2 * static_cast<std::size_t>(size), '\0'));
    }
  }
  const TemporaryFolder folder;
  io::write_safetensors({"fuzz_seeds", folder.path("x")},
                        {{"a", Tensor({2, 1}, {1, 2})}, {"b", Tensor(3.0f)}}, {{"format", "pt"}});
  seeds.add(read_bytes(folder.path("x")));
}

void add_zip(Seeds seeds) {
  const Bytes text = "{\"module\": \"keras\", \"module\": \"keras\"}";
  const RawZipMember stored = raw_stored("config.json", text);
  const RawZipMember deflated = raw_deflated("metadata.json", raw_deflate(text), text);
  seeds.add(raw_zip({}));
  seeds.add(raw_zip({stored}));
  seeds.add(raw_zip({deflated, stored}));
  RawZipMember streamed = deflated;
  streamed.flags = streamed.local.flags = 8;
  streamed.local.crc = streamed.local.packed = streamed.local.size = 0;
  streamed.descriptor = "PK\x07\x08" + little_endian(streamed.crc, 4) +
                        little_endian(streamed.packed, 4) + little_endian(streamed.size, 4);
  seeds.add(raw_zip({streamed, stored}));
  RawZipMember wide = stored;
  wide.local.extra = little_endian(1, 2) + little_endian(16, 2) + little_endian(wide.size, 8) +
                     little_endian(wide.packed, 8);
  wide.local.packed = wide.local.size = 0xFFFFFFFF;
  seeds.add(raw_zip({wide}));
  RawZipEnd end;
  const Bytes body = raw_zip_body({stored, raw_stored("assets/", "")}, &end);
  end.zip64 = "PK\x06\x06" + little_endian(44, 8) + little_endian(45, 4) + Bytes(8, '\0') +
              little_endian(end.entries, 8) + little_endian(end.entries, 8) +
              little_endian(end.size, 8) + little_endian(end.offset, 8) + "PK\x06\x07" +
              Bytes(4, '\0') + little_endian(body.size(), 8) + little_endian(1, 4);
  end.comment = "comment";
  seeds.add(body + raw_zip_end(end));
}

}  // namespace
}  // namespace strata::testing

int main(int argc, char** argv) {
  using namespace strata::testing;  // NOLINT: the tests' own vocabulary
  if (argc != 2) {
    std::fputs("usage: fuzz_seeds FOLDER\n", stderr);
    return 1;
  }
  const std::filesystem::path folder(argv[1]);
  add_idx(Seeds(folder / "idx"));
  add_npz(Seeds(folder / "npz"));
  add_safetensors(Seeds(folder / "safetensors"));
  add_zip(Seeds(folder / "zip"));
}
