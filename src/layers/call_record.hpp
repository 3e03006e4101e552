// What one call of a layer records: activity penalties, added losses, and the random streams it has
// drawn from.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "strata/layers/layer.hpp"
#include "strata/tensor/random.hpp"

namespace strata {

/// Belongs to one call, so that any number of threads can call the same layers. A layer called by
/// the user makes a record and publishes it when the call ends; training makes its own record and
/// publishes it only if the step succeeds.
class CallRecord {
 public:
  enum class Purpose { published, unpublished };

  /// `unpublished`: for predictions and trial calls, of which no layer shows anything afterwards.
  explicit CallRecord(Purpose purpose = Purpose::published) : purpose_(purpose) {}
  CallRecord(const CallRecord&) = delete;
  CallRecord& operator=(const CallRecord&) = delete;

  bool is_published() const { return purpose_ == Purpose::published; }
  /// Calls the layer as the outermost one and records into this object. If the call fails,
  /// `rewind_streams` undoes it. `output_mask`, if there is one, receives the outputs'
  /// mask.
  Tensors call(Layer& layer, const Tensors& inputs, const CallContext& context,
               Tensor* output_mask = nullptr);

  /// `parts` are what `penalties()` lists instead of a sum of rules.
  void add(const Layer& layer, std::string_view source, Tensor value,
           std::vector<Tensor> parts = {});

  /// Must be called before a layer draws from its stream.
  void before_draw(random::Generator& stream);
  /// Must be called before a layer's call assigns to a trained weight or a kept state.
  void before_assign(const Variable& weight);
  /// Rewinds the streams to their position before the call, for a call that failed; skips streams
  /// that another call has drawn from since. Puts back the variables that the call assigned to.
  void rewind_streams();

  /// The results of `Layer::losses` and `Layer::penalties` for this call; if `record` is null, for
  /// the last published calls.
  static std::vector<Tensor> losses_of(const Layer& layer, const CallRecord* record);
  static std::vector<Penalty> penalties_of(const Layer& layer, const CallRecord* record);

  /// Makes this the last record of the layer and of all layers it tracks. The record must not be
  /// used afterwards.
  void publish(Layer& layer);
  /// Adds to the last record of a layer, outside of any call.
  static void add_to_published(Layer& layer, std::string_view source, Tensor value,
                               std::vector<Tensor> parts = {});

 private:
  struct Entry {
    std::uint64_t layer;
    std::string_view source;
    Tensor value;
    std::vector<Tensor> parts;
  };
  struct Draws {
    random::Generator* stream;
    std::uint64_t before;
    std::uint64_t count;
  };

  template <class Visit>
  static void visit(const Layer& layer, const CallRecord* record, Visit visit);
  template <class Visit>
  void visit_entries_of(const Layer& layer, const Visit& visit) const;
  static void set_last_record(Layer& layer, const std::shared_ptr<const CallRecord>& record,
                              std::vector<std::shared_ptr<const CallRecord>>& replaced);

  Purpose purpose_;
  std::vector<Entry> entries_;
  std::vector<Draws> draws_;
  std::vector<std::pair<Variable, Tensor>> assigned_;  // with the value before the call
};

}  // namespace strata
