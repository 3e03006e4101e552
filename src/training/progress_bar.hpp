// What a run prints: Keras's progress bar on a terminal, one line per epoch elsewhere.
#pragma once

#include <chrono>
#include <iosfwd>
#include <string>

#include "strata/training/logs.hpp"

namespace strata::training {

/// How a line may look.
struct ProgressStyle {
  bool live = false;     ///< Redrawn in place.
  bool color = false;    ///< SGR codes.
  bool unicode = false;  ///< `━`, else `=`.
  int columns = 0;       ///< Lines are clipped to it; 0: never.

  /// What the standard output can show: honors FORCE_COLOR, then NO_COLOR, TERM=dumb, the locale.
  static ProgressStyle of_standard_output();
};

struct Progress {
  int current = 0;
  int total = 0;          ///< 0: not known.
  double elapsed = 0.0;   ///< seconds
  double per_step = 0.0;  ///< seconds, without the first step once there are more
  bool finished = false;  ///< The elapsed time is shown, not what is left.
};

/// `3/3 ━━━━━━━━━━━━━━━━━━━━ 0s 39ms/step - accuracy: 0.4571 - loss: 1.0814`
std::string progress_bar_line(const Progress& progress, const Logs& logs,
                              const ProgressStyle& style);
/// `3/3 - 0s - 61ms/step - accuracy: 0.4714 - loss: 1.0712`
std::string progress_line(const Progress& progress, const Logs& logs,
                          const ProgressStyle& style = {});
/// `Ns`, `M:SS` over a minute, `H:MM:SS` over an hour.
std::string remaining_time(double seconds);
/// The characters a terminal shows of a text, without SGR codes.
int visible_width(const std::string& text);

/// Where a run prints: `output`, or the standard output where that is null.
std::ostream& output_or_stdout(std::ostream* output);

/// Draws the progress of an epoch, an evaluation or a prediction, one after the other.
class ProgressBar {
 public:
  /// verbose 1: a bar where the style is live; verbose 2, or no terminal: a line at the end. `total`
  /// is 0 where it isn't known.
  ProgressBar(std::ostream& output, ProgressStyle style, int verbose, int total);
  /// To this output, or in the standard output's style where it is null.
  ProgressBar(std::ostream* output, int verbose, int total);
  /// Ends the line of a bar that an error left unfinished.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Prints `Epoch 1/2`.
  void title(int epoch, int epochs);
  void start();
  void step(int batch, const Logs& logs);
  /// A total that wasn't known is, from the first end on, the number of steps that were seen.
  void finish(const Logs& logs);

 private:
  using Clock = std::chrono::steady_clock;

  Progress progress(int current) const;
  void draw(const std::string& line);

  std::ostream& output_;
  ProgressStyle style_;
  bool bar_;
  int total_;
  int seen_ = 0;
  int done_ = 0;  // more than were seen, where a resumed fit began within the epoch
  Clock::time_point began_;
  Clock::time_point first_step_;
  Clock::time_point drawn_;
  int drawn_width_ = 0;
  bool open_line_ = false;
};

}  // namespace strata::training
