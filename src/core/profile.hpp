// Where the time of training steps goes: code that takes time has a `Timed` in its scope, and a
// ledger that is open on the thread charges all time to exactly one row at a time. Without an open
// ledger a `Timed` costs the test of one thread-local pointer.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace strata::profile {

using Clock = std::chrono::steady_clock;

/// What a step does outside of layers.
enum class Section { rest, batches, loss, penalties, metrics, optimizer };
inline constexpr int kSections = 6;

/// Time in nanoseconds. The sections come first, in the order above, then the layers as they were
/// first called.
struct Row {
  std::string name = {};             ///< the layer's; empty for sections
  std::uint64_t layer = 0;           ///< the layer's id; 0 for sections
  int parent = -1;                   ///< The row of the layer that called it.
  bool composite = false;            ///< Whether it has layers of its own.
  bool entered = false;              ///< Whether anything was ever charged to it by name.
  bool recorded = false;             ///< Whether a tape recorded an operation in it.
  std::int64_t nanoseconds[2] = {};  ///< Forward, backward.
  std::int64_t products = 0;         ///< Of these, in matrix products; the mean over the threads.
};

/// Which row the time is charged to, and for which direction.
struct Owner {
  int row = 0;
  int direction = 0;  ///< 0 forward, 1 backward
};

class Ledger {
 public:
  Ledger();
  ~Ledger() { close(); }
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  /// Starts charging this thread's time, at first to `Section::rest`. The thread must have no open
  /// ledger.
  void open();
  /// Stops charging. Does nothing if it isn't open on this thread.
  void close() noexcept;

  /// Charges the time since the last call to the present owner, and makes `next` the owner. Returns
  /// the owner until now.
  Owner charge(Owner next);
  int layer_row(std::uint64_t layer, const std::string& name, bool composite);
  int recording_row();

  const std::vector<Row>& rows() const { return rows_; }
  int periods() const { return periods_; }  ///< Times it was opened.

 private:
  std::vector<Row> rows_;
  Owner owner_;
  Clock::time_point since_;
  std::int64_t products_ = 0;
  int periods_ = 0;
};

/// The ledger that is open on this thread.
extern constinit thread_local Ledger* ledger;
/// Where this thread adds up the nanoseconds of its matrix products; null if they aren't measured.
extern constinit thread_local std::int64_t* products;

/// The row of an operation's backward pass.
struct Backward {
  int row;
};

/// While it lives, the time is charged to this section, operation or layer; afterwards, to the
/// owner before.
class Timed {
 public:
  explicit Timed(Section section) : ledger_(ledger) {
    if (ledger_ != nullptr) before_ = ledger_->charge({static_cast<int>(section), 0});
  }
  explicit Timed(Backward operation) : ledger_(ledger) {
    if (ledger_ != nullptr) before_ = ledger_->charge({operation.row, 1});
  }
  Timed(std::uint64_t layer, const std::string& name, bool composite) : ledger_(ledger) {
    if (ledger_ != nullptr)
      before_ = ledger_->charge({ledger_->layer_row(layer, name, composite), 0});
  }
  ~Timed() {
    if (ledger_ != nullptr) ledger_->charge(before_);
  }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  Ledger* ledger_;
  Owner before_;
};

/// While it lives, the thread has no open ledger, and its time is charged to `Section::rest` of the
/// one that was open: for a run inside a step that is being measured.
class Aside {
 public:
  Aside() : ledger_(std::exchange(ledger, nullptr)), products_(std::exchange(products, nullptr)) {
    if (ledger_ != nullptr) before_ = ledger_->charge({});
  }
  ~Aside() {
    if (ledger_ == nullptr) return;
    ledger = ledger_;
    products = products_;
    ledger_->charge(before_);
  }
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;

 private:
  Ledger* ledger_;
  std::int64_t* products_;
  Owner before_;
};

/// For an operation that is recorded now: the row that its backward pass is charged to.
inline int recording_row() { return ledger == nullptr ? 0 : ledger->recording_row(); }

/// Measures its scope as a single-threaded matrix product.
class TimedProduct {
 public:
  TimedProduct() : sum_(products) {
    if (sum_ != nullptr) began_ = Clock::now();
  }
  ~TimedProduct() {
    if (sum_ != nullptr) *sum_ += (Clock::now() - began_) / std::chrono::nanoseconds(1);
  }
  TimedProduct(const TimedProduct&) = delete;
  TimedProduct& operator=(const TimedProduct&) = delete;

 private:
  std::int64_t* sum_;
  Clock::time_point began_;
};

/// Adds the time of the products in a parallel loop's parts to that of the thread that started it,
/// divided by the number of threads, so that it is at most the time that the loop takes.
class ParallelProducts {
 public:
  explicit ParallelProducts(int threads) : caller_(products), threads_(threads) {}
  ~ParallelProducts() {
    if (caller_ != nullptr) *caller_ += sum_ / threads_;
  }
  ParallelProducts(const ParallelProducts&) = delete;
  ParallelProducts& operator=(const ParallelProducts&) = delete;

  /// Lives while a part runs, on the part's thread.
  class PartTimer {
   public:
    explicit PartTimer(ParallelProducts& loop) : loop_(loop.caller_ == nullptr ? nullptr : &loop) {
      if (loop_ == nullptr) return;
      before_ = products;
      products = &sum_;
    }
    ~PartTimer() {
      if (loop_ == nullptr) return;
      products = before_;
      loop_->sum_.fetch_add(sum_, std::memory_order_relaxed);
    }
    PartTimer(const PartTimer&) = delete;
    PartTimer& operator=(const PartTimer&) = delete;

   private:
    ParallelProducts* loop_;
    std::int64_t* before_ = nullptr;
    std::int64_t sum_ = 0;
  };

 private:
  std::int64_t* caller_;
  std::int64_t threads_;
  std::atomic<std::int64_t> sum_ = 0;
};

}  // namespace strata::profile
