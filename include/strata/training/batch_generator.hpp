// BatchGenerator: batches that a range or a callable gives one by one, for data that no array holds.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

#include "strata/training/batch.hpp"

namespace strata {

namespace data {
template <class Batch>
class Batches;
}

/// Whether each `begin()` of such a range starts it anew: not so for one whose elements can be read
/// once only. To be specialized for an input range of one's own that does.
template <class Range>
inline constexpr bool begins_anew = std::ranges::forward_range<Range>;
template <class Element>
inline constexpr bool begins_anew<data::Batches<Element>> = true;

namespace detail {

/// A source of batches, drawn from when it is asked for the next one, never ahead.
class BatchStream {
 public:
  BatchStream() = default;
  BatchStream(const BatchStream&) = delete;
  BatchStream& operator=(const BatchStream&) = delete;
  virtual ~BatchStream() = default;

  /// Begins a pass. A source that can't begin anew goes on from where it is.
  void begin(int epoch);
  /// Whether the pass has a next batch, which is drawn to tell.
  bool more();
  /// The next batch, which stays the next one; after `more`.
  const Batch& peek() const { return *next_; }
  Batch take();  ///< After `more`.

  /// Batches of a pass, where that is known.
  virtual std::optional<std::int64_t> size() { return std::nullopt; }
  virtual bool is_endless() const { return false; }
  /// Whether `begin` leads back to a first batch.
  virtual bool begins_anew() const { return false; }
  /// Whether each epoch has batches of its own.
  virtual bool is_by_epoch() const { return false; }

 protected:
  /// Only called where `begins_anew`.
  virtual void begin_pass(int) {}
  /// None at the end of a pass.
  virtual std::optional<Batch> draw() = 0;

 private:
  std::optional<Batch> next_;
  bool ended_ = false;
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// A struct with an `x`, such as `Batch` or `data::LabeledBatch`, or the `x` itself.
template <class T>
concept BatchLike = !std::is_arithmetic_v<std::remove_cvref_t<T>> &&
                    (requires(const T& t) { Tensors(t.x); } || std::convertible_to<T, Tensors>);

template <class T>
concept MaybeBatch = BatchLike<T> ||
    (is_optional<std::remove_cvref_t<T>>&& requires(T t) { requires BatchLike<decltype(*t)>; });

template <class T>
Batch to_batch(const T& element) {
  Batch batch;
  if constexpr (requires { Tensors(element.x); }) {
    batch.x = element.x;
    if constexpr (requires { element.y; }) batch.y = element.y;
    if constexpr (requires { element.sample_weight; }) batch.sample_weight = element.sample_weight;
  } else {
    batch.x = element;
  }
  return batch;
}

template <class R>
concept BatchRange = std::ranges::input_range<R> && BatchLike<std::ranges::range_value_t<R>>;

template <class F>
concept BatchCallable = std::invocable < std::remove_reference_t<F>
& > &&MaybeBatch<std::invoke_result_t<std::remove_reference_t<F>&>>;

template <class T>
concept BatchPass = BatchRange<T> || BatchCallable<T>;

template <class F>
concept EpochCallable = std::invocable < std::remove_reference_t<F>
&, int > &&BatchPass<std::invoke_result_t<std::remove_reference_t<F>&, int>>;

/// Whether a pass can be told to have no end.
template <BatchPass T>
constexpr bool never_ends() {
  using Pass = std::remove_reference_t<T>;
  if constexpr (BatchRange<T>) {
    return std::same_as<std::ranges::sentinel_t<Pass>, std::unreachable_sentinel_t>;
  } else {
    return !is_optional<std::remove_cvref_t<std::invoke_result_t<Pass&>>>;
  }
}

// Each holds what it was made from by value, or by reference where that is the caller's object.

template <class R>
class RangeStream final : public BatchStream {
  using Range = std::remove_reference_t<R>;

 public:
  explicit RangeStream(R&& range) : range_(std::forward<R>(range)) {}

  std::optional<std::int64_t> size() override {
    if constexpr (std::ranges::sized_range<Range>) {
      return static_cast<std::int64_t>(std::ranges::size(range_));
    } else {
      return std::nullopt;
    }
  }
  bool is_endless() const override { return never_ends<R>(); }
  bool begins_anew() const override { return strata::begins_anew<std::remove_cv_t<Range>>; }

 protected:
  void begin_pass(int) override {
    at_.reset();
    ended_ = false;
  }
  std::optional<Batch> draw() override {
    if (ended_) return std::nullopt;
    if (at_) {
      ++*at_;
    } else {
      at_.emplace(std::ranges::begin(range_));
    }
    ended_ = *at_ == std::ranges::end(range_);
    if (ended_) return std::nullopt;
    return to_batch<std::ranges::range_value_t<Range>>(**at_);
  }

 private:
  R range_;
  std::optional<std::ranges::iterator_t<Range>> at_;
  bool ended_ = false;
};

template <class F>
class CallableStream final : public BatchStream {
 public:
  explicit CallableStream(F&& function) : function_(std::forward<F>(function)) {}

  bool is_endless() const override { return never_ends<F>(); }

 protected:
  std::optional<Batch> draw() override {
    const auto& given = std::invoke(function_);
    if constexpr (!never_ends<F>()) {
      if (!given) return std::nullopt;
      return to_batch(*given);
    } else {
      return to_batch(given);
    }
  }

 private:
  F function_;
};

/// The stream of a range or of a callable without arguments.
template <class T>
std::unique_ptr<BatchStream> stream_of(T&& pass) {
  if constexpr (BatchRange<T>) {
    return std::make_unique<RangeStream<T>>(std::forward<T>(pass));
  } else {
    return std::make_unique<CallableStream<T>>(std::forward<T>(pass));
  }
}

template <class F>
class EpochStream final : public BatchStream {
 public:
  explicit EpochStream(F&& function) : function_(std::forward<F>(function)) {}

  bool is_endless() const override {
    return never_ends<std::invoke_result_t<std::remove_reference_t<F>&, int>>();
  }
  bool begins_anew() const override { return true; }
  bool is_by_epoch() const override { return true; }

 protected:
  void begin_pass(int epoch) override {
    of_epoch_.reset();
    of_epoch_ = stream_of(std::invoke(function_, epoch));
  }
  std::optional<Batch> draw() override {
    if (of_epoch_ == nullptr || !of_epoch_->more()) return std::nullopt;
    return of_epoch_->take();
  }

 private:
  F function_;
  std::unique_ptr<BatchStream> of_epoch_;
};

}  // namespace detail

/// Where `fit`, `evaluate` and `predict` draw their batches from, one by one and never ahead of the
/// step that needs them:
///
/// - a range of batches, `data::batches(x, y)` or a vector, which begins anew in each epoch;
/// - a callable that gives the next batch, as `std::optional<Batch>`, whose `std::nullopt` ends the
///   epoch, or as `Batch`, without end;
/// - a callable that takes the number of the epoch, from 0, and gives one of the two for it.
///
/// A batch is a `Batch`, another struct with `x` and perhaps `y` and `sample_weight`, or the `x`
/// alone. What can be read once only, as most callables, goes on in each epoch from where it is; in
/// the epoch in which it gives nothing any more the fit ends.
///
///     model.fit([&]() -> std::optional<Batch> { … return Batch{.x = images, .y = labels}; },
///               {.epochs = 3, .steps_per_epoch = 100});
///     model.fit(data::batches(x, y, {.batch_size = 64}), {.epochs = 3});
///
/// A temporary range or callable is kept, any other is referred to and must live as long. Copies
/// share one position: a batch that was drawn and not used, because a check failed or a run ended,
/// is the first one of the next run, unless that begins anew. Not for several runs at once. An exception that the source
/// throws ends the run; the model keeps what the batches before taught it.
class BatchGenerator {
 public:
  BatchGenerator() = default;  ///< No batches.
  template <class T>
  requires(!std::same_as<std::remove_cvref_t<T>, BatchGenerator> &&
           !std::convertible_to<T, Tensors> &&
           (detail::BatchPass<T> || detail::EpochCallable<T>))  //
      BatchGenerator(T&& source) {
    if constexpr (detail::BatchPass<T>) {
      stream_ = detail::stream_of(std::forward<T>(source));
    } else {
      stream_ = std::make_shared<detail::EpochStream<T>>(std::forward<T>(source));
    }
  }

  explicit operator bool() const { return stream_ != nullptr; }
  /// What is drawn from; null if there are no batches.
  const std::shared_ptr<detail::BatchStream>& stream() const { return stream_; }

 private:
  std::shared_ptr<detail::BatchStream> stream_;
};

}  // namespace strata
