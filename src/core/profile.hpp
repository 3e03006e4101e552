// Where the time of training steps goes. What takes time says so with a `Timed` in its scope; a
// ledger, where one is open on the thread, charges every moment to exactly one row. Where none is,
// each hook costs the test of one thread-local pointer.
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

/// Parts of a step that are no layer's.
enum class Section { rest, batches, loss, penalties, metrics, optimizer };
inline constexpr int kSections = 6;

/// Time in nanoseconds. The sections come first, in the order above, then the layers as they were
/// first called.
struct Row {
  std::string name = {};             ///< A layer's.
  std::uint64_t layer = 0;           ///< the layer's id; 0 for sections
  int parent = -1;                   ///< The row of the layer that called it.
  bool composite = false;            ///< Whether it has layers of its own.
  bool entered = false;              ///< Whether anything was ever charged to it by name.
  bool recorded = false;             ///< Whether a tape recorded an operation in it.
  std::int64_t nanoseconds[2] = {};  ///< Forward, backward.
  std::int64_t products = 0;         ///< Of these, in matrix products; the mean of the threads.
};

/// Which row pays, and for which direction.
struct Payer {
  int row = 0;
  int direction = 0;  ///< 0 forward, 1 backward
};

class Ledger {
 public:
  Ledger();
  ~Ledger() { close(); }
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  /// From here on this thread's time is charged, to the rest first. The thread must have no open
  /// ledger.
  void open();
  /// Ends that. Does nothing if it isn't open on this thread.
  void close() noexcept;

  /// Settles what went by, and lets `next` pay from now on. Returns who paid until now.
  Payer charge(Payer next);
  int layer_row(std::uint64_t layer, const std::string& name, bool composite);
  int recording_row();

  const std::vector<Row>& rows() const { return rows_; }
  int periods() const { return periods_; }  ///< Times it was opened.

 private:
  std::vector<Row> rows_;
  Payer payer_;
  Clock::time_point since_;
  std::int64_t products_ = 0;
  int periods_ = 0;
};

/// The ledger that is open on this thread.
extern constinit thread_local Ledger* ledger;
/// Where this thread adds up its matrix products' nanoseconds; null if nobody asks.
extern constinit thread_local std::int64_t* products;

/// The row of an operation's backward pass.
struct Backward {
  int row;
};

/// While it lives, something pays; then who paid before.
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
  Payer before_;
};

/// While it lives, the thread records into no ledger, and its time counts as the remaining time of
/// the ledger that was open: for a run inside a step that is being measured.
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
  Payer before_;
};

/// For an operation that is recorded now: who will pay for its backward pass.
inline int recording_row() { return ledger == nullptr ? 0 : ledger->recording_row(); }

/// Lives as long as one single-threaded matrix product.
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

/// Takes the products of a parallel loop's parts to the thread that started it: their sum over the
/// number of threads, which is at most the time that the loop takes.
class ParallelProducts {
 public:
  explicit ParallelProducts(int threads) : caller_(products), threads_(threads) {}
  ~ParallelProducts() {
    if (caller_ != nullptr) *caller_ += sum_ / threads_;
  }
  ParallelProducts(const ParallelProducts&) = delete;
  ParallelProducts& operator=(const ParallelProducts&) = delete;

  /// Lives as long as a part, on the part's thread.
  class Part {
   public:
    explicit Part(ParallelProducts& loop) : loop_(loop.caller_ == nullptr ? nullptr : &loop) {
      if (loop_ == nullptr) return;
      before_ = products;
      products = &sum_;
    }
    ~Part() {
      if (loop_ == nullptr) return;
      products = before_;
      loop_->sum_.fetch_add(sum_, std::memory_order_relaxed);
    }
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

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
