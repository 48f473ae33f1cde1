// pool.cpp -- pooling of pixels, forward: the same numbers as badak.ops.reference.pool.
// Method: a place's window is cut off at the map's edges; all channels of a place in vectors, four
// at once. Windows of 2x2 and 3x3 are unrolled. Large windows are averaged in double.
// 2x2 runs at two thirds of memcpy's speed, 3x3 at a third to a half (Zen 4).
// Precondition: every window has a cell in the map.
#include "pixels/maps.h"
#include "pixels/patch.h"
#include "pixels/peak.h"
#include "simd/sums.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

namespace {

constexpr int64_t FEW = 64;  // cells that are added up in float

// Each works out V vectors of a place, and writes them.
struct Largest {
  template <int V, int K>
  static void fill(const Patch& patch, const Cells& cells, int64_t c, float, float* y,
                   int64_t count) {
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) {
      const int64_t at = c + v * LANES;
      Peak peak(load(cells.first + at));
      each_cell<K>(patch, [&](int64_t k, int64_t l) { peak.meet(load(cells(k, l) + at)); });
      store_some(y + at, peak.value(), count);
    }
  }
};

struct Mean {
  template <int V, int K>
  static void fill(const Patch& patch, const Cells& cells, int64_t c, float divisor, float* y,
                   int64_t count) {
    const float share = 1 / divisor;
    Vec sum[V] = {};
    each_cell<K>(patch, [&](int64_t k, int64_t l) {
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) sum[v] += load(cells(k, l) + c + v * LANES);
    });
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) store_some(y + c + v * LANES, sum[v] * share, count);
  }
};

// Rows of a window in float, the rows in double.
struct LongMean {
  template <int V, int K>
  static void fill(const Patch& patch, const Cells& cells, int64_t c, float divisor, float* y,
                   int64_t count) {
    Sum sum[V];
    for (int64_t k = 0; k < patch.rows; k++) {
      Vec row[V] = {};
      for (int64_t l = 0; l < patch.columns; l++)
#pragma GCC unroll 4
        for (int v = 0; v < V; v++) row[v] += load(cells(k, l) + c + v * LANES);
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) sum[v].add(row[v]);
    }
    for (int v = 0; v < V; v++)
      store_some(y + c + v * LANES, sum[v].lanes(1 / static_cast<double>(divisor)), count);
  }
};

// Fill all places of y, in parallel; divisors (oh, ow) may be null.
template <class Fold>
void pool(const Pixels& x, const Window& window, const float* divisors, const Pixels& y) {
  in_groups(y.n * y.h, y.w * y.c * window.kh * window.kw, [&](int64_t line) {
    const int64_t image = line / y.h, i = line % y.h, channels = x.c, step = y.step;
    const Pixels from = x;  // its own: after each store, others' numbers would be read again
    const float* const own = divisors == nullptr ? nullptr : divisors + i * y.w;
    float* const first = y.pixel(image, i, 0);
    Line(x, window, i, y.w).each_patch([=](auto square, const Patch& patch, int64_t j) {
      constexpr int K = decltype(square)::value;
      const float divisor = own == nullptr ? 1 : own[j];
      const Cells cells(from, image, patch);
      float* const to = first + j * step;
      int64_t c = 0;
      for (; c + 4 * LANES <= channels; c += 4 * LANES)
        Fold::template fill<4, K>(patch, cells, c, divisor, to, LANES);
      for (; c + LANES <= channels; c += LANES)
        Fold::template fill<1, K>(patch, cells, c, divisor, to, LANES);
      if (c < channels) Fold::template fill<1, K>(patch, cells, c, divisor, to, channels - c);
    });
  });
}

}  // namespace

void pixels_max_pool(const Pixels& x, const Window& window, const Pixels& y) {
  pool<Largest>(x, window, nullptr, y);
}

void pixels_avg_pool(const Pixels& x, const Window& window, const float* divisors,
                     const Pixels& y) {
  if (window.kh * window.kw <= FEW)
    pool<Mean>(x, window, divisors, y);
  else
    pool<LongMean>(x, window, divisors, y);
}

}  // namespace badak::BADAK_ISA
