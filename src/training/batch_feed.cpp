// How passes over arrays and generators become epochs.
#include "training/batch_feed.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/profile.hpp"

namespace strata::training {

// A pass of which nothing was taken serves any epoch, unless it is another epoch's own.
bool BatchFeed::stays_in_pass(int epoch) const {
  if (!pass_) return false;
  if (is_by_epoch() && *pass_ != epoch) return false;
  return taken_in_pass_ == 0 || (plan_.goes_on && plan_.steps && !is_by_epoch());
}

// Where a resumed fit begins in a pass that earlier epochs have begun.
std::int64_t BatchFeed::offset_in_pass(int epoch) const {
  const std::optional<std::int64_t> size = pass_size();
  if (!plan_.goes_on || !plan_.steps || !size || is_by_epoch()) return 0;
  const std::int64_t epochs = std::max<std::int64_t>(1, (*size + *plan_.steps - 1) / *plan_.steps);
  return std::max(0, epoch - plan_.first_epoch) % epochs * *plan_.steps;
}

void BatchFeed::begin_epoch(int epoch, const Order& order, std::optional<std::int64_t> resumed_at) {
  taken_ = resumed_at.value_or(0);
  const bool is_there = !resumed_at || taken_in_pass_ == 0;
  if (!is_there || !stays_in_pass(epoch) || !has_next()) {
    begin_pass(epoch, order());
    pass_ = epoch;
    taken_in_pass_ = 0;
  }
  if (!resumed_at) return;
  taken_in_pass_ = offset_in_pass(epoch) + taken_;
  skip(taken_in_pass_);
}

void BatchFeed::begin_first_pass() {
  if (pass_) return;
  begin_pass(plan_.first_epoch, nullptr);
  pass_ = plan_.first_epoch;
}

Batch BatchFeed::next() {
  Batch batch = draw();
  ++taken_in_pass_;
  ++taken_;
  return batch;
}

bool BatchFeed::keeps_order() const {
  const std::optional<std::int64_t> size = pass_size();
  return plan_.goes_on && plan_.steps && size && taken_in_pass_ < *size;
}

std::string BatchFeed::ran_out_text() const {
  return fmt::format("{}: the input ran out of data after {} of {} batches.", plan_.who, taken_,
                     plan_.steps.value_or(0));
}

ArrayFeed::ArrayFeed(FeedPlan plan, Samples samples, std::int64_t batch_size)
    : BatchFeed(std::move(plan)), samples_(std::move(samples)), cutter_(samples_.cut(batch_size)) {}

void ArrayFeed::begin_pass(int, random::Generator* order) {
  index_ = 0;
  if (order != nullptr) cutter_.shuffle(*order);
}

Batch ArrayFeed::draw() {
  Batch batch = samples_.batch(cutter_, index_);
  ++index_;
  return batch;
}

GeneratorFeed::GeneratorFeed(FeedPlan plan, const BatchGenerator& batches, Check check,
                             const char* steps_option)
    : BatchFeed(std::move(plan)), batches_(batches.stream()), check_(std::move(check)) {
  strata::check(this->plan().steps || !batches_->is_endless(), who(),
                "a generator that never ends needs {}. Received: none.", steps_option);
}

void GeneratorFeed::begin_pass(int epoch, random::Generator*) {
  const profile::Timed timed(profile::Section::batches);
  batches_->begin(epoch);
}

bool GeneratorFeed::has_next() {
  const profile::Timed timed(profile::Section::batches);
  return batches_->more();
}

Batch GeneratorFeed::checked(const Batch& batch) const {
  return check_(fmt::format("{}: batch {}", who(), taken()), batch);
}

Batch GeneratorFeed::first() {
  begin_first_pass();
  strata::check(has_next(), who(), "the generator must give at least one batch. Received: none.");
  return checked(batches_->peek());
}

Batch GeneratorFeed::draw() {
  Batch batch = checked(batches_->peek());
  batches_->take();
  return batch;
}

void GeneratorFeed::skip(std::int64_t count) {
  for (; count > 0 && has_next(); --count) batches_->take();
}

}  // namespace strata::training
