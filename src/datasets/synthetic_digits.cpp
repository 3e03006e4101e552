// Digits drawn by distorted strokes: a stand-in where there is no MNIST.
#include "strata/datasets/synthetic_digits.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/check.hpp"
#include "core/parallel.hpp"
#include "strata/tensor/random.hpp"

namespace strata::datasets {
namespace {

constexpr int kDigitSide = 28;
constexpr int kPixels = kDigitSide * kDigitSide;

struct Point {
  float x;  // to the right, the figure's middle being 0
  float y;  // down
};
using Stroke = std::vector<Point>;
using Glyph = std::vector<Stroke>;
using Glyphs = std::array<std::array<Glyph, 2>, 10>;

/// Points of an ellipse; degrees run clockwise from the right.
Stroke arc(Point center, float width, float height, float from, float to) {
  constexpr int kSteps = 14;
  Stroke points;
  for (int i = 0; i <= kSteps; ++i) {
    const float degrees = from + (to - from) * static_cast<float>(i) / kSteps;
    const float angle = degrees * std::numbers::pi_v<float> / 180.0f;
    points.push_back({center.x + width * std::cos(angle), center.y + height * std::sin(angle)});
  }
  return points;
}

Stroke operator+(Stroke a, const Stroke& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Two hands' way of writing each figure, in a box of about 0.5 x 0.7.
Glyphs glyphs() {
  return {{
      {{{arc({0, 0}, 0.22f, 0.34f, 0, 360)}, {arc({0, 0}, 0.17f, 0.33f, -60, 290)}}},
      {{{{{0, -0.35f}, {0, 0.35f}}}, {{{-0.14f, -0.2f}, {0.03f, -0.35f}, {0.03f, 0.35f}}}}},
      {{{arc({0, -0.16f}, 0.2f, 0.19f, 190, 390) + Stroke{{-0.2f, 0.33f}, {0.23f, 0.33f}}},
        {arc({0, -0.17f}, 0.19f, 0.17f, 200, 410) + arc({-0.08f, 0.25f}, 0.11f, 0.08f, 180, 360) +
         Stroke{{0.22f, 0.33f}}}}},
      {{{arc({-0.03f, -0.17f}, 0.19f, 0.17f, 200, 440) +
         arc({-0.03f, 0.17f}, 0.22f, 0.18f, -80, 160)},
        {Stroke{{-0.2f, -0.33f}, {0.18f, -0.33f}, {-0.02f, -0.06f}} +
         arc({-0.03f, 0.14f}, 0.22f, 0.2f, -80, 160)}}},
      {{{{{0.08f, -0.35f}, {-0.23f, 0.12f}, {0.25f, 0.12f}}, {{0.1f, -0.12f}, {0.1f, 0.36f}}},
        {{{-0.17f, -0.32f}, {-0.2f, 0.04f}, {0.19f, 0.03f}}, {{0.18f, -0.32f}, {0.13f, 0.36f}}}}},
      {{{Stroke{{0.2f, -0.34f}, {-0.14f, -0.34f}, {-0.17f, -0.04f}} +
         arc({-0.03f, 0.13f}, 0.22f, 0.2f, -120, 150)},
        {Stroke{{-0.15f, -0.3f}, {-0.15f, -0.03f}} + arc({-0.03f, 0.15f}, 0.2f, 0.19f, -110, 140),
         {{-0.15f, -0.32f}, {0.2f, -0.34f}}}}},
      {{{arc({0.18f, 0.1f}, 0.37f, 0.46f, 265, 185) + arc({0, 0.15f}, 0.19f, 0.18f, 180, 540)},
        {Stroke{{0.05f, -0.36f}, {-0.15f, -0.02f}} + arc({0.01f, 0.17f}, 0.17f, 0.17f, 190, 530)}}},
      {{{{{-0.22f, -0.32f}, {0.21f, -0.32f}, {-0.05f, 0.35f}}},
        {{{-0.2f, -0.33f}, {0.22f, -0.32f}, {0.02f, 0.0f}, {-0.06f, 0.35f}},
         {{-0.12f, 0.0f}, {0.17f, 0.0f}}}}},
      {{{arc({0, -0.17f}, 0.16f, 0.16f, 90, 450) + arc({0, 0.17f}, 0.2f, 0.18f, -90, 270)},
        {arc({0.02f, -0.18f}, 0.15f, 0.15f, -30, 130) +
         arc({-0.01f, 0.18f}, 0.17f, 0.16f, 220, -20) + Stroke{{0.13f, 0.1f}, {-0.12f, -0.12f}} +
         arc({0.02f, -0.18f}, 0.15f, 0.15f, 160, 330)}}},
      {{{arc({0, -0.15f}, 0.18f, 0.18f, 0, 360) + Stroke{{0.15f, 0.35f}}},
        {arc({0, -0.16f}, 0.17f, 0.17f, -20, 340) + arc({-0.05f, 0.05f}, 0.22f, 0.29f, -15, 110)}}},
  }};
}

/// What is random in one figure, in the order of the numbers drawn for it.
struct Hand {
  int label;
  int variant;
  float angle, slant;                  // radians; x per y
  float width, height;                 // pixels per unit
  float right, down;                   // pixels
  float bend, wave, phase, bend_down;  // a sine that the lines are bent by
  float radius;                        // half a line's width, in pixels
  float ink;                           // the darkest gray
};
constexpr std::int64_t kDraws = 14;

Hand hand_of(const float* draws) {
  const auto between = [&draws](float low, float high) { return low + (high - low) * *draws++; };
  Hand hand;
  hand.label = static_cast<int>(between(0.0f, 10.0f));
  hand.variant = static_cast<int>(between(0.0f, 2.0f));
  hand.angle = between(-0.3f, 0.3f);
  hand.slant = between(-0.3f, 0.3f);
  hand.width = between(18.0f, 29.0f);
  hand.height = between(20.0f, 29.0f);
  hand.right = between(-3.0f, 3.0f);
  hand.down = between(-3.0f, 3.0f);
  hand.bend = between(-0.06f, 0.06f);
  hand.wave = between(3.0f, 9.0f);
  hand.phase = between(0.0f, 6.28f);
  hand.bend_down = between(-0.06f, 0.06f);
  hand.radius = between(0.6f, 1.9f);
  hand.ink = between(150.0f, 255.0f);
  return hand;
}

/// Where a point of a glyph lies in the image.
Point placed(Point point, const Hand& hand) {
  const float x = point.x + hand.bend * std::sin(hand.wave * point.y + hand.phase);
  const float y = point.y + hand.bend_down * std::sin(hand.wave * point.x + hand.phase);
  const float slanted = (x - hand.slant * y) * hand.width;
  const float high = y * hand.height;
  const float middle = 0.5f * (kDigitSide - 1);
  return {middle + hand.right + slanted * std::cos(hand.angle) - high * std::sin(hand.angle),
          middle + hand.down + slanted * std::sin(hand.angle) + high * std::cos(hand.angle)};
}

float distance(Point point, Point from, Point to) {
  const Point along{to.x - from.x, to.y - from.y};
  const float length = along.x * along.x + along.y * along.y;
  const float share = (point.x - from.x) * along.x + (point.y - from.y) * along.y;
  const float at = length > 0.0f ? std::clamp(share / length, 0.0f, 1.0f) : 0.0f;
  return std::hypot(point.x - from.x - at * along.x, point.y - from.y - at * along.y);
}

/// Darkens the pixels that a straight line of the hand's width covers, in shares from 0 to 1.
void draw_line(Point from, Point to, float radius, float* pixels) {
  const auto first = [radius](float a, float b) {
    return std::clamp(static_cast<int>(std::floor(std::min(a, b) - radius)), 0, kDigitSide);
  };
  const auto last = [radius](float a, float b) {
    return std::clamp(static_cast<int>(std::ceil(std::max(a, b) + radius)) + 1, 0, kDigitSide);
  };
  for (int y = first(from.y, to.y); y < last(from.y, to.y); ++y) {
    for (int x = first(from.x, to.x); x < last(from.x, to.x); ++x) {
      const Point pixel{static_cast<float>(x), static_cast<float>(y)};
      const float cover = std::clamp(radius + 0.5f - distance(pixel, from, to), 0.0f, 1.0f);
      pixels[y * kDigitSide + x] = std::max(pixels[y * kDigitSide + x], cover);
    }
  }
}

/// Draws a figure on `pixels`, which hold its noise, and gives its label.
int draw_digit(const Glyphs& glyphs, const float* draws, const float* noise, float* pixels) {
  const Hand hand = hand_of(draws);
  std::fill_n(pixels, kPixels, 0.0f);
  const auto& hands = glyphs[static_cast<std::size_t>(hand.label)];
  for (const Stroke& stroke : hands[static_cast<std::size_t>(hand.variant)]) {
    for (std::size_t i = 1; i < stroke.size(); ++i) {
      draw_line(placed(stroke[i - 1], hand), placed(stroke[i], hand), hand.radius, pixels);
    }
  }
  for (int i = 0; i < kPixels; ++i) {
    pixels[i] = std::round(std::clamp(hand.ink * pixels[i] + noise[i], 0.0f, 255.0f));
  }
  return hand.label;
}

struct Split {
  Tensor x;
  Tensor y;
};

Split draw_digits(std::int64_t count, random::Generator generator) {
  constexpr std::int64_t kChunk = 2048;  // bounds the memory for noise
  constexpr std::int64_t kCost = 1 << 14;
  constexpr float kNoise = 20.0f;
  Split split{TensorAccess::uninitialized({count, kDigitSide, kDigitSide}),
              TensorAccess::uninitialized({count})};
  const Glyphs all = glyphs();
  float* images = TensorAccess::data(split.x);
  float* labels = TensorAccess::data(split.y);
  for (std::int64_t done = 0; done < count; done += kChunk) {
    const std::int64_t size = std::min(kChunk, count - done);
    const Tensor draws = generator.uniform({size, kDraws});
    const Tensor noise = generator.normal({size, kPixels}, 0.0f, kNoise);
    parallel_for(size, kCost, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        labels[done + i] = static_cast<float>(draw_digit(all, draws.data() + i * kDraws,
                                                         noise.data() + i * kPixels,
                                                         images + (done + i) * kPixels));
      }
    });
  }
  return split;
}

}  // namespace

Digits synthetic_digits(const SyntheticDigitsOptions& options) {
  check(options.train >= 1, "synthetic_digits", "train must be at least 1. Received: train={}.",
        options.train);
  check(options.test >= 1, "synthetic_digits", "test must be at least 1. Received: test={}.",
        options.test);
  random::Generator generator(options.seed);
  const Split train = draw_digits(options.train, generator.split());
  const Split test = draw_digits(options.test, generator.split());
  return {train.x, train.y, test.x, test.y,
          fmt::format("synthetic digits (drawn strokes, seed {})", options.seed)};
}

}  // namespace strata::datasets
