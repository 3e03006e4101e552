// BatchFeed: the batches of a run, epoch by epoch, whatever they come from.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "strata/tensor/random.hpp"
#include "strata/training/batch_generator.hpp"
#include "training/samples.hpp"
#include "training/step.hpp"

namespace strata::training {

/// How a run goes through its data.
struct FeedPlan {
  std::string who;                      ///< In errors.
  std::optional<std::int64_t> steps{};  ///< Batches of an epoch. Default: one pass over the data.
  int first_epoch = 0;                  ///< The one that a fit begins with, if it isn't resumed.
  /// Whether epochs of fewer batches than a pass has go on in it, as Keras's training does. An epoch
  /// never spans two passes.
  bool goes_on = false;
};

/// Cuts the passes over the data of a run into epochs. Each source of batches is a class.
class BatchFeed {
 public:
  /// Gives the stream that the order of a pass is drawn from; null: as the samples stand.
  using Order = std::function<random::Generator*()>;

  explicit BatchFeed(FeedPlan plan) : plan_(std::move(plan)) {}
  virtual ~BatchFeed() = default;
  BatchFeed(const BatchFeed&) = delete;
  BatchFeed& operator=(const BatchFeed&) = delete;

  /// Batches of an epoch, 0 where that isn't known.
  std::int64_t steps() const { return plan_.steps.value_or(pass_size().value_or(0)); }

  /// Begins an epoch; `order` is asked where a pass begins. A resumed fit goes on in it after this
  /// many of its batches, and in the pass that it is in.
  void begin_epoch(int epoch, const Order& order, std::optional<std::int64_t> resumed_at = {});
  /// Whether the epoch has a next batch.
  bool more() { return !has_all() && has_next(); }
  /// The next batch, checked; after `more`.
  Batch next();
  /// The first batch of the run, checked, which stays to come. Raises InvalidArgument if there is
  /// none.
  virtual Batch first() = 0;

  /// Whether the order that was drawn last is that of the next epoch too.
  bool keeps_order() const;
  /// Whether an epoch that has ended has fewer batches than was asked for.
  bool ran_out() const { return plan_.steps && !has_all(); }
  /// What is told then.
  std::string ran_out_text() const;
  const std::string& who() const { return plan_.who; }

 protected:
  virtual std::optional<std::int64_t> pass_size() const = 0;
  virtual void begin_pass(int epoch, random::Generator* order) = 0;
  /// Whether each epoch has batches of its own.
  virtual bool is_by_epoch() const { return false; }
  virtual bool has_next() = 0;
  virtual Batch draw() = 0;
  virtual void skip(std::int64_t count) = 0;

  const FeedPlan& plan() const { return plan_; }
  std::int64_t taken() const { return taken_; }  ///< of the epoch
  /// Begins the pass that the first epoch is in, for `first`, unless it has begun.
  void begin_first_pass();

 private:
  bool has_all() const { return plan_.steps && taken_ >= *plan_.steps; }
  bool stays_in_pass(int epoch) const;
  std::int64_t offset_in_pass(int epoch) const;

  FeedPlan plan_;
  std::optional<int> pass_;         // the epoch that the present pass was begun for
  std::int64_t taken_in_pass_ = 0;  // with those that were skipped
  std::int64_t taken_ = 0;
};

/// The batches of arrays, which were checked as a whole.
class ArrayFeed final : public BatchFeed {
 public:
  ArrayFeed(FeedPlan plan, Samples samples, std::int64_t batch_size);

  Batch first() override { return samples_.batch(cutter_, 0); }

 private:
  std::optional<std::int64_t> pass_size() const override { return cutter_.size(); }
  void begin_pass(int epoch, random::Generator* order) override;
  bool has_next() override { return index_ < cutter_.size(); }
  Batch draw() override;
  void skip(std::int64_t count) override { index_ += count; }

  Samples samples_;
  data::BatchCutter cutter_;
  std::int64_t index_ = 0;
};

/// The batches of a generator, each checked when it is drawn.
class GeneratorFeed final : public BatchFeed {
 public:
  /// Checks a batch and gives what a step takes; `who` names the batch in errors.
  using Check = std::function<Batch(const std::string& who, const Batch& batch)>;

  /// Raises InvalidArgument if the generator never ends and no number of steps, which the option
  /// `steps_option` takes, is given.
  GeneratorFeed(FeedPlan plan, const BatchGenerator& batches, Check check,
                const char* steps_option);

  Batch first() override;

 private:
  std::optional<std::int64_t> pass_size() const override { return batches_->size(); }
  void begin_pass(int epoch, random::Generator* order) override;
  bool is_by_epoch() const override { return batches_->is_by_epoch(); }
  bool has_next() override;
  Batch draw() override;
  void skip(std::int64_t count) override;
  Batch checked(const Batch& batch) const;

  std::shared_ptr<detail::BatchStream> batches_;
  Check check_;
};

}  // namespace strata::training
