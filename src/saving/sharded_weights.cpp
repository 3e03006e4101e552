// Writes and reads weights in several files.
#include "saving/sharded_weights.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/rollback.hpp"
#include "io/atomic_file.hpp"
#include "io/input_file.hpp"
#include "io/json.hpp"
#include "saving/hdf5_tensors.hpp"
#include "saving/structured_weights.hpp"
#include "strata/config.hpp"

namespace strata::saving {
namespace {

constexpr std::string_view kListEnd = ".weights.json";
constexpr std::string_view kShardEnd = ".weights.h5";
constexpr std::string_view kWeightMap = "weight_map";
constexpr double kGigabyte = 1024.0 * 1024.0 * 1024.0;

// The file of this name in the same folder.
io::Origin beside(const io::Origin& origin, const std::string& name) {
  return {origin.who, std::filesystem::path(origin.name).replace_filename(name).string()};
}

std::string group_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// Which files a group is in.
using WeightMap = std::map<std::string, std::set<std::string>>;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// `x_00000.weights.h5`: a name in the same folder, of no other kind of file.
bool is_name_of_shard(std::string_view name) {
  constexpr std::size_t kFewestDigits = 5;
  if (!name.ends_with(kShardEnd) || name.find_first_of("/\\") != name.npos) return false;
  name.remove_suffix(kShardEnd.size());
  const std::size_t mark = name.rfind('_');
  if (mark == name.npos) return false;
  const std::string_view number = name.substr(mark + 1);
  return number.size() >= kFewestDigits && std::all_of(number.begin(), number.end(), is_digit);
}

void add_name(const io::Origin& origin, const Config& name, std::set<std::string>& names) {
  origin.check(name.is_string() && is_name_of_shard(name.get_ref<const std::string&>()),
               "{} must name files beside it, such as x_00000{}. Received: {}.", kWeightMap,
               kShardEnd, name);
  names.insert(name.get<std::string>());
}

WeightMap weight_map_in(const io::Origin& origin, std::string_view text) {
  Config list;
  try {
    list = io::parse_json("the list", text);
  } catch (const InvalidArgument& error) {
    origin.raise("{}", Whole{error.what()});
  }
  const Config found = list.is_object() ? list.value(std::string(kWeightMap), Config()) : Config();
  origin.check(found.is_object(), "a list of files must hold an object {}. Received: {}.",
               kWeightMap, found);
  WeightMap map;
  for (const auto& [group, names] : found.items()) {
    std::set<std::string>& files = map[group];
    if (names.is_array()) {
      for (const Config& name : names) add_name(origin, name, files);
    } else {
      add_name(origin, names, files);
    }
  }
  return map;
}

std::set<std::string> names_in(const WeightMap& map) {
  std::set<std::string> names;
  for (const auto& [group, files] : map) names.insert(files.begin(), files.end());
  return names;
}

class ShardsWriter : public StructureWriter {
 public:
  ShardsWriter(io::Origin origin, const SaveWeightsOptions& options)
      : origin_(std::move(origin)),
        overwrite_(options.overwrite),
        most_bytes_(options.max_shard_size.value() * kGigabyte) {
    const std::string name = std::filesystem::path(origin_.name).filename().string();
    base_ = name.substr(0, name.size() - kListEnd.size());
    check(base_.find('\\') == base_.npos, origin_.who,
          "the name of weights in several files must not contain a backslash. Received: {}.", name);
    begin_shard();
  }

  // The files of the list that is there are left until the new one, which names others, is in its
  // place: a crash leaves one of the two with all that it names.
  void finish() {
    end_shard();
    Config list = {{"metadata", {{"total_size", total_bytes_}}}, {kWeightMap, map_}};
    if (map_.is_null()) list[std::string(kWeightMap)] = Config::object();
    io::AtomicFile file(origin_);
    file.write(io::as_bytes(list.dump(4, ' ', /*ensure_ascii=*/true)));
    for (const auto& shard : shards_) shard->sync();
    file.sync();
    std::set<std::string> replaced = own_names_in_present_list();
    Rollback remove_new([this] { remove_all(names_); });
    for (const auto& shard : shards_) shard->commit();
    remove_new.keep();
    file.commit();
    for (const std::string& name : names_) replaced.erase(name);
    remove_all(replaced);
  }

 protected:
  void begin(const std::string& vars, const std::string& name) override {
    file_->group(vars);
    file_->text(vars, "name", name);
  }

  void add(const std::string& path, const Tensor& value) override {
    make_room(path, static_cast<double>(value.size()) * sizeof(float));
    file_->write(path, value);
  }

  void add_count(const std::string& path, std::int64_t count) override {
    make_room(path, sizeof(std::int32_t));
    write_count(*file_, path, count);
  }

 private:
  // The next name that no file has.
  void begin_shard() {
    const auto is_taken = [&] {
      std::error_code ignored;
      const io::Origin shard = beside(origin_, name_);
      const bool exists = std::filesystem::exists(shard.name, ignored);
      shard.check(overwrite_ || !exists,
                  "the file must not exist where overwrite is false. Received: one that does.");
      return exists;
    };
    do name_ = fmt::format("{}_{:05}{}", base_, next_number_++, kShardEnd);
    while (is_taken());
    names_.insert(name_);
    file_ = std::make_unique<io::Hdf5Writer>(beside(origin_, name_));
    bytes_ = 0.0;
  }

  // Those that a writer of this list has made; none if there is no list, or another file.
  std::set<std::string> own_names_in_present_list() const {
    std::set<std::string> own;
    try {
      const WholeFile list = read_whole_file(origin_, std::nullopt);
      for (const std::string& name : names_in(weight_map_in(origin_, list.bytes.text()))) {
        if (name.substr(0, name.rfind('_')) == base_) own.insert(name);
      }
    } catch (const IoError&) {
    }
    return own;
  }

  void remove_all(const std::set<std::string>& names) const {
    std::error_code ignored;
    for (const std::string& name : names)
      std::filesystem::remove(beside(origin_, name).name, ignored);
  }

  void end_shard() {
    shards_.push_back(std::make_unique<io::AtomicFile>(beside(origin_, name_)));
    shards_.back()->write(file_->finish());
  }

  // A tensor that the shard has no room for begins the next one.
  void make_room(const std::string& path, double bytes) {
    check(bytes <= most_bytes_, origin_.who,
          "max_shard_size must be enough for each weight. Received: max_shard_size={}, which is {} "
          "bytes, and {} of {} bytes.",
          most_bytes_ / kGigabyte, most_bytes_, path, bytes);
    if (bytes_ + bytes > most_bytes_) {
      end_shard();
      begin_shard();
    }
    bytes_ += bytes;
    total_bytes_ += bytes;
    list(group_of(path));
  }

  // As Keras does: one name for one weight, a list for several.
  void list(const std::string& group) {
    Config& entry = map_[group];
    if (entry.is_null()) {
      entry = name_;
      return;
    }
    if (entry.is_string()) entry = Config::array({entry});
    if (entry.back() != name_) entry.push_back(name_);
  }

  io::Origin origin_;
  bool overwrite_;
  double most_bytes_;
  std::string base_;
  int next_number_ = 0;
  std::string name_;  // of the shard under way
  std::set<std::string> names_;
  std::unique_ptr<io::Hdf5Writer> file_;
  double bytes_ = 0.0;  // in it
  double total_bytes_ = 0.0;
  std::vector<std::unique_ptr<io::AtomicFile>> shards_;
  Config map_;
};

/// What the map says is where. What a file holds beside that is not looked at.
class ShardedTensors : public StructuredTensors {
 public:
  /// Bytes that the files may take in all; `take` lowers them.
  explicit ShardedTensors(std::int64_t max_memory) : left_(max_memory) {}

  void take(const io::Origin& shard, const std::string& name, const WeightMap& map) {
    auto [bytes, left] = read_whole_file(shard, left_);
    auto file = std::make_unique<Hdf5Tensors>(shard, std::move(bytes), left);
    left_ = file->left();
    const auto is_listed = [&](const std::string& path) {
      const auto files = map.find("/" + group_of(path));
      return files != map.end() && files->second.contains(name);
    };
    const std::size_t count = file->tensors().size();
    for (std::size_t i = 0; i < count; ++i) {
      const io::StoredTensor& tensor = file->tensors()[i];
      if (!is_listed(tensor.name)) continue;
      check_new(shard, tensor.name);
      add(tensor);
      places_.push_back({shards_.size(), i});
      ++counts_[group_of(tensor.name)];
    }
    for (const auto& [path, error] : file->unreadable()) {
      if (!is_listed(path)) continue;
      check_new(shard, path);
      unreadable_.emplace(path, error);
      ++counts_[group_of(path)];
    }
    shards_.push_back(std::move(file));
  }

  std::int64_t left() const { return left_; }

  Tensor read(std::size_t index, std::int64_t budget) const override {
    const auto [shard, tensor] = places_.at(index);
    return shards_[shard]->read(tensor, budget);
  }
  std::int64_t read_integer(std::size_t index) const override {
    const auto [shard, tensor] = places_.at(index);
    return shards_[shard]->read_integer(tensor);
  }
  std::size_t entry_count(const std::string& group) const override {
    const auto found = counts_.find(group);
    return found == counts_.end() ? 0 : found->second;
  }
  const std::map<std::string, std::string>& unreadable() const override { return unreadable_; }

 private:
  struct Place {
    std::size_t shard;
    std::size_t tensor;
  };

  void check_new(const io::Origin& shard, const std::string& path) const {
    shard.check(!find(path) && !unreadable_.contains(path),
                "a weight must be in one of the files. Received: {}, which is in several.", path);
  }

  std::int64_t left_;
  std::vector<std::unique_ptr<Hdf5Tensors>> shards_;
  std::vector<Place> places_;  // of the tensors
  std::map<std::string, std::size_t> counts_;
  std::map<std::string, std::string> unreadable_;
};

}  // namespace

void write_sharded_weights(io::Origin origin, const Model& model,
                           const SaveWeightsOptions& options) {
  ShardsWriter writer(std::move(origin), options);
  writer.add_all(model);
  writer.finish();
}

std::unique_ptr<WeightsReader> open_sharded_weights(io::Origin origin,
                                                    std::optional<std::int64_t> max_memory) {
  const WholeFile list = read_whole_file(origin, max_memory);
  const WeightMap map = weight_map_in(origin, list.bytes.text());
  const std::set<std::string> names = names_in(map);
  std::int64_t limit = list.left;
  if (!max_memory) {
    io::CheckedSize size = list.bytes.bytes().size();
    for (const std::string& name : names) size += io::InputFile(beside(origin, name)).size();
    limit = io::memory_limit(size.as<std::int64_t>(origin, "the files"));
  }
  auto tensors = std::make_unique<ShardedTensors>(limit);
  for (const std::string& name : names) tensors->take(beside(origin, name), name, map);
  const std::int64_t left = tensors->left();
  return open_structure(std::move(origin), std::move(tensors), left);
}

}  // namespace strata::saving
