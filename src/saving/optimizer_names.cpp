// Finds out which weight each of an optimizer's variables belongs to.
#include "saving/optimizer_names.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>

namespace strata::saving {
namespace {

class VariableNames {
 public:
  explicit VariableNames(const Model& model) {
    for (const auto& [path, weight] : model.named_weights()) {
      std::string owner = model.name() + "/" + path;
      std::replace(owner.begin(), owner.end(), '/', '_');
      if (weight.trainable()) owners_[weight.name()].push_back(std::move(owner));
    }
  }

  std::vector<std::string> of(const std::vector<Variable>& variables) {
    std::vector<std::string> names;
    for (const Variable& variable : variables) names.push_back(unique(long_name(variable.name())));
    return names;
  }

 private:
  // The slots of one kind are in the order of the weights.
  std::string long_name(const std::string& name) {
    const std::size_t slot = name.find('/') + 1;
    for (std::size_t end = name.rfind('_'); end != name.npos && end > slot;
         end = name.rfind('_', end - 1)) {
      const auto owners = owners_.find(name.substr(slot, end - slot));
      if (owners == owners_.end()) continue;
      const std::size_t before = count_[name]++;
      if (before < owners->second.size())
        return name.substr(0, slot) + owners->second[before] + name.substr(end);
    }
    return name;
  }

  std::string unique(const std::string& name) {
    std::string result = name;
    for (int i = 1; !used_.insert(result).second; ++i) result = name + "_" + std::to_string(i);
    return result;
  }

  std::map<std::string, std::vector<std::string>> owners_;  // paths of weights, by name
  std::map<std::string, std::size_t> count_;                // of slots that had this name
  std::set<std::string> used_;
};

}  // namespace

std::vector<std::string> optimizer_names(const Model& model) {
  return VariableNames(model).of(model.compile_options().optimizer->variables());
}

}  // namespace strata::saving
