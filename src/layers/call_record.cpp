// Records what a call of a layer adds to the losses, and publishes it as the layers' last record.
#include "layers/call_record.hpp"

#include <mutex>
#include <set>
#include <utility>

#include "core/fork.hpp"
#include "core/profile.hpp"
#include "core/rollback.hpp"
#include "layers/visit_weights.hpp"

namespace strata {
namespace {

// Guards the last record of every layer. Predictions publish nothing, so they never lock it.
ForkSafe<std::mutex>& records_mutex() {
  static ForkSafe<std::mutex>& mutex = *new ForkSafe<std::mutex>(HeldUp::work);
  return mutex;
}

// A fork while another thread makes it would leave the child waiting for that thread.
[[maybe_unused]] ForkSafe<std::mutex>& records_mutex_made_at_load = records_mutex();

}  // namespace

Tensors CallRecord::call(Layer& layer, const Tensors& inputs, const CallContext& context,
                         Tensor* output_mask) {
  Rollback rewind([this] { rewind_streams(); });
  Tensors outputs = layer.run_within(*this, inputs, context, output_mask);
  rewind.keep();
  return outputs;
}

void CallRecord::add(const Layer& layer, std::string_view source, Tensor value,
                     std::vector<Tensor> parts) {
  entries_.push_back({layer.id(), source, std::move(value), std::move(parts)});
}

void CallRecord::before_draw(random::Generator& stream) {
  for (Draws& draws : draws_) {
    if (draws.stream != &stream) continue;
    ++draws.count;
    return;
  }
  draws_.push_back({&stream, stream.position(), 1});
}

void CallRecord::before_assign(const Variable& weight) {
  assigned_.emplace_back(weight, weight.value());
}

void CallRecord::rewind_streams() {
  for (const Draws& draws : draws_) draws.stream->rewind(draws.before + draws.count, draws.before);
  draws_.clear();
  for (auto saved = assigned_.rbegin(); saved != assigned_.rend(); ++saved)
    saved->first.assign(saved->second);
  assigned_.clear();
}

template <class Visit>
void CallRecord::visit_entries_of(const Layer& layer, const Visit& visit) const {
  for (const Entry& entry : entries_) {
    if (entry.layer != layer.id()) continue;
    visit(
        layer, entry.source, [&] { return entry.value; }, [&] { return entry.parts; });
  }
}

// Visits the recorded entries of the layer and of the layers it tracks, then the penalties of
// weights: each as a function that gives its value, and one that gives what a sum of rules is made of.
template <class Visit>
void CallRecord::visit(const Layer& layer, const CallRecord* record, Visit visit) {
  std::vector<const Layer*> all = layer.flattened();
  all.insert(all.begin(), &layer);
  if (record != nullptr) {
    for (const Layer* each : all) record->visit_entries_of(*each, visit);
  } else {
    std::vector<std::shared_ptr<const CallRecord>> last;
    {
      const std::scoped_lock lock(records_mutex());
      for (const Layer* each : all) last.push_back(each->last_record_);
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (last[i]) last[i]->visit_entries_of(*all[i], visit);
    }
  }
  if (!layer.trainable()) return;
  std::set<std::uint64_t> seen;
  layer.visit_weights([&](const Layer& owner, const Variable& weight) {
    if (!weight.trainable() || !owner.trainable() || !weight.regularizer() ||
        !seen.insert(weight.id()).second)
      return;
    const auto value_of = [&](const Regularizer& regularizer) {
      const profile::Timed timed(profile::Section::penalties);
      return regularizers::scalar_penalty(regularizer, weight, owner.name() + ": " + weight.name(),
                                          weight.axes());
    };
    const Regularizer& regularizer = *weight.regularizer();
    visit(
        owner, std::string_view(weight.name()), [&] { return value_of(regularizer); },
        [&] {
          std::vector<Tensor> values;
          for (const auto& part : regularizer.parts()) values.push_back(value_of(*part));
          return values;
        });
  });
}

std::vector<Tensor> CallRecord::losses_of(const Layer& layer, const CallRecord* record) {
  std::vector<Tensor> all;
  visit(layer, record,
        [&](const Layer&, std::string_view, auto value, auto) { all.push_back(value()); });
  return all;
}

std::vector<Penalty> CallRecord::penalties_of(const Layer& layer, const CallRecord* record) {
  std::vector<Penalty> all;
  visit(layer, record, [&](const Layer& owner, std::string_view source, auto value, auto parts) {
    std::vector<Tensor> values = parts();
    if (values.empty()) values.push_back(value());
    for (Tensor& each : values) all.push_back({owner.name(), std::string(source), std::move(each)});
  });
  return all;
}

void CallRecord::publish(Layer& layer) {
  std::shared_ptr<const CallRecord> record;
  if (!entries_.empty()) {
    auto copy = std::make_shared<CallRecord>();
    copy->entries_ = std::move(entries_);
    record = std::move(copy);
  }
  std::vector<std::shared_ptr<const CallRecord>> replaced;  // destroyed after the lock is released
  const std::scoped_lock lock(records_mutex());
  set_last_record(layer, record, replaced);
}

void CallRecord::set_last_record(Layer& layer, const std::shared_ptr<const CallRecord>& record,
                                 std::vector<std::shared_ptr<const CallRecord>>& replaced) {
  if (layer.last_record_ != record) {
    if (layer.last_record_) replaced.push_back(std::move(layer.last_record_));
    layer.last_record_ = record;
  }
  for (const auto& sublayer : layer.sublayers_) set_last_record(*sublayer, record, replaced);
}

void CallRecord::add_to_published(Layer& layer, std::string_view source, Tensor value,
                                  std::vector<Tensor> parts) {
  const auto record = std::make_shared<CallRecord>();
  const std::scoped_lock lock(records_mutex());
  if (layer.last_record_) record->entries_ = layer.last_record_->entries_;
  record->add(layer, source, std::move(value), std::move(parts));
  layer.last_record_ = record;
}

}  // namespace strata
