// norm.cpp -- batch normalisation of pixels, forward: the numbers of badak.ops.reference.norm.
// Method: two passes over the maps, statistics and result. The numbers are summed around a mean of
// rows spread over the whole batch, which is near enough to the true one that no digits are lost.
// As fast as memory or cache: on one Zen 4 core 70 to 200 GB/s in L2 and L3 (memcpy: 90).
// Precondition: at least two numbers per channel.
#include "pixels/norm.h"

#include "simd/vector_math.h"

namespace badak::BADAK_ISA {

namespace {

// Sums of a map's numbers, and of their squares, around a centre.
struct Moments {
  Vec centre, first{}, second{};
  void operator()(int64_t count, const float* x) {
    const Vec difference = first_of(load(x) - centre, count);
    first += difference;
    second += difference * difference;
  }
};

// The mean of some rows, a golden section of all rows apart, as a pattern at `to`.
void sample_mean(const Walk& walk, const Pixels& x, float* to) {
  const int64_t wanted = minimum(walk.rows, maximum<int64_t>(16, walk.rows / 64));
  float* sums = scratch_floats(Scratch::channel_sums, walk.padded());
  clear(to, walk.padded());
  double place = 0;
  for (int64_t i = 0; i < wanted; i++) {
    const int64_t row = wanted == walk.rows ? i : static_cast<int64_t>(place);
    place += 0.6180339887 * static_cast<double>(walk.rows);
    if (place >= static_cast<double>(walk.rows)) place -= static_cast<double>(walk.rows);
    walk_rows(
        walk, row, row + 1, [](int64_t) { return Moments{Vec{}}; },
        [=](int64_t j, const Moments& step) { store(to + j, load(to + j) + step.first); }, x);
  }
  const float share = 1 / static_cast<float>(wanted * x.w);
  for (int64_t i = 0; i < x.c; i++) {
    float sum = 0;
    for (int64_t start = i; start < walk.period; start += x.c) sum += to[start];
    sums[i] = sum * share;
  }
  spread(walk, x.c, sums, to);
}

}  // namespace

void norm_sums(const Pixels& x, float* centres, PairOfSums* sums) {
  const Walk walk(x);
  float* pattern = scratch_floats(Scratch::channels, walk.padded());
  sample_mean(walk, x, pattern);
  __builtin_memcpy(centres, pattern, static_cast<size_t>(x.c) * sizeof(float));
  sum_pairs(walk, x.c, [=](int64_t j) { return Moments{load(pattern + j)}; }, sums, x);
}

void pixels_norm_statistics(const Pixels& x, double momentum, float eps, const Channels& channels) {
  auto* sums = static_cast<PairOfSums*>(
      scratch(Scratch::other, static_cast<size_t>(x.c) * (sizeof(PairOfSums) + sizeof(float))));
  auto* centres = reinterpret_cast<float*>(sums + x.c);
  norm_sums(x, centres, sums);
  const double count = static_cast<double>(x.n * x.h * x.w);
  const float keep = static_cast<float>(1 - momentum), move = static_cast<float>(momentum);
  for (int64_t c = 0; c < x.c; c++) {
    const double off = sums[c].first / count, spread = sums[c].second / count - off * off;
    const float var = static_cast<float>(spread < 0 ? 0 : spread);  // NaN stays
    channels.mean[c] = static_cast<float>(centres[c] + off);
    channels.inverse_std[c] = 1 / __builtin_sqrtf(var + eps);
    if (channels.new_running_mean == nullptr) continue;
    const float unbiased = var * static_cast<float>(count / (count - 1));
    channels.new_running_mean[c] = keep * channels.running_mean[c] + move * channels.mean[c];
    channels.new_running_var[c] = keep * channels.running_var[c] + move * unbiased;
  }
}

void pixels_norm_apply(const Pixels& x, const Channels& channels, const Finish& finish,
                       const Pixels& y) {
  const Walk walk(y, x, finish.add != nullptr ? *finish.add : x);
  const int64_t size = walk.padded();
  float* patterns = scratch_floats(Scratch::channels, 3 * size);
  const float* means = spread(walk, x.c, channels.mean, patterns);
  const float* biases = spread(walk, x.c, channels.bias, patterns + size);
  const float* weights = spread(walk, x.c, channels.weight, patterns + 2 * size);
  for (int64_t i = 0; i < walk.period; i += x.c)
    for (int64_t c = 0; c < x.c; c++) patterns[2 * size + i + c] *= channels.inverse_std[c];
  const auto normal = [=](int64_t j) {
    return [mean = load(means + j), weight = load(weights + j), bias = load(biases + j)](Vec x) {
      return (x - mean) * weight + bias;
    };
  };
  const float low = finish.low, high = finish.high;
  if (finish.add != nullptr)
    map_pixels(
        walk, y,
        [=](int64_t j) {
          return [=, own = normal(j)](Vec x, Vec add) { return between(own(x) + add, low, high); };
        },
        x, *finish.add);
  else
    map_pixels(
        walk, y,
        [=](int64_t j) {
          return [=, own = normal(j)](Vec x) { return between(own(x), low, high); };
        },
        x);
}

}  // namespace badak::BADAK_ISA
