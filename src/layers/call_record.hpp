// What one call of a layer records: activity penalties and added losses, and which random streams
// it has drawn from.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "strata/layers/layer.hpp"
#include "strata/tensor/random.hpp"

namespace strata {

/// Belongs to one call, so that any number of threads can call the same layers. A layer that a user
/// calls makes a record and publishes it when the call ends; training makes its own and decides
/// itself.
class CallRecord {
 public:
  enum class Penalties { kept, left_out };

  /// `left_out`: for predictions, where activity penalties aren't even computed.
  explicit CallRecord(Penalties penalties = Penalties::kept) : penalties_(penalties) {}
  CallRecord(const CallRecord&) = delete;
  CallRecord& operator=(const CallRecord&) = delete;

  bool keeps_penalties() const { return penalties_ == Penalties::kept; }
  /// Calls the layer as the outermost one, with all recorded here. Streams that a failed call drew
  /// from are put back.
  Tensors call(Layer& layer, const Tensors& inputs, const CallContext& context);

  void add(const Layer& layer, std::string_view source, Tensor value);

  /// To be told before a layer draws from its stream.
  void before_draw(random::Generator& stream);
  /// Puts the streams back to where they stood before the call, for one that failed; not those that
  /// another call has drawn from meanwhile.
  void rewind_streams();

  /// What `Layer::losses` and `Layer::penalties` give, of this call; null: of the last calls that
  /// were published.
  static std::vector<Tensor> losses_of(const Layer& layer, const CallRecord* record);
  static std::vector<Penalty> penalties_of(const Layer& layer, const CallRecord* record);

  /// Makes this the last record of the layer and of all that it tracks, and ends its use.
  void publish(Layer& layer);
  /// Adds to the last record of a layer, outside of any call.
  static void add_to_published(Layer& layer, std::string_view source, Tensor value);

 private:
  struct Entry {
    std::uint64_t layer;
    std::string_view source;
    Tensor value;
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

  Penalties penalties_;
  std::vector<Entry> entries_;
  std::vector<Draws> draws_;
};

}  // namespace strata
