// depthwise_weight.cpp -- gradients of weight and bias of a depthwise convolution of pixels.
//
// Method: segments of rows, over all images; in a segment, vector after vector of channels,
// the sum of each tap stays in a register while x and grad_y go by in tiles. A segment
// is short enough for float and for the cache, its borders depend on sizes alone; segments are
// summed in double. Kernels without a tile of their own go row of taps after row.
// Share of one core's peak (Zen 4, AVX-512): 3x3 75-90 % (stride 2: 50-73), 5x5 70-85, 7x7 65; less
// where maps are small beside the weights (3x3 maps of 256 channels: 40).
#include "pixels/depthwise.h"
#include "pixels/depthwise_tile.h"
#include "simd/sums.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

namespace {

constexpr int COLUMNS = 6;              // of a tile
constexpr int MOST_TAPS = 7;            // beside each other in registers
constexpr int64_t TERMS = 2048;         // of a sum in float
constexpr int64_t SEGMENT = 64 * 1024;  // numbers of grad_y

struct Steps {
  int64_t x_step, x_row, column, row, grad_step,
      grad_row;  // column, row: of x, from place to place
};

// sums += x * grad_y of R rows x T columns.
template <int KH, int KW, int SH, int SW, int R, int T>
inline void add_tile(const Steps& steps, const float* x, const float* grad, Vec (&sums)[KH * KW]) {
  Vec g[R][T];
#pragma GCC unroll 16
  for (int r = 0; r < R; r++)
#pragma GCC unroll 16
    for (int t = 0; t < T; t++) g[r][t] = load(grad + r * steps.grad_row + t * steps.grad_step);
#pragma GCC unroll 16
  for (int i = 0; i < (R - 1) * SH + KH; i++, x += steps.x_row) {
    const float* at = x;
#pragma GCC unroll 16
    for (int j = 0; j < (T - 1) * SW + KW; j++, at += steps.x_step) {
      const Vec number = load(at);
#pragma GCC unroll 16
      for (int r = 0; r < R; r++)
#pragma GCC unroll 16
        for (int t = 0; t < T; t++) {
          const int a = i - r * SH, b = j - t * SW;
          if (a >= 0 && a < KH && b >= 0 && b < KW) sums[a * KW + b] += number * g[r][t];
        }
    }
  }
}

// Whole tiles of T columns, then what is left as one.
template <int KH, int KW, int SH, int SW, int R, int T>
inline void add_row(const Steps& steps, const float* x, const float* grad, int64_t columns,
                    Vec (&sums)[KH * KW]) {
  for (; columns >= T; columns -= T, x += T * steps.column, grad += T * steps.grad_step)
    add_tile<KH, KW, SH, SW, R, T>(steps, x, grad, sums);
  switch (columns) {
    case 0:
      return;
    case 1:
      return add_tile<KH, KW, SH, SW, R, 1>(steps, x, grad, sums);
    case 2:
      return add_tile<KH, KW, SH, SW, R, 2>(steps, x, grad, sums);
    case 3:
      return add_tile<KH, KW, SH, SW, R, 3>(steps, x, grad, sums);
    case 4:
      return add_tile<KH, KW, SH, SW, R, 4>(steps, x, grad, sums);
    default:
      return add_tile<KH, KW, SH, SW, R, 5>(steps, x, grad, sums);
  }
}

// Rows of one image, of one vector of channels: totals [tap][LANES] += their sums.
using AddRows = void (*)(const Window&, const Steps&, const float* x, const float* grad,
                         int64_t rows, int64_t columns, float* totals);

template <int KH, int KW, int SH, int SW>
void fixed_rows(const Window&, const Steps& steps, const float* x, const float* grad, int64_t rows,
                int64_t columns, float* totals) {
  constexpr int T = KW > 3 ? 4 : COLUMNS;
  Vec sums[KH * KW];
#pragma GCC unroll 32
  for (int tap = 0; tap < KH * KW; tap++) sums[tap] = load(totals + tap * LANES);
  for (; rows >= 2; rows -= 2, x += 2 * steps.row, grad += 2 * steps.grad_row)
    add_row<KH, KW, SH, SW, 2, T>(steps, x, grad, columns, sums);
  if (rows > 0) add_row<KH, KW, SH, SW, 1, T>(steps, x, grad, columns, sums);
#pragma GCC unroll 32
  for (int tap = 0; tap < KH * KW; tap++) store(totals + tap * LANES, sums[tap]);
}

// A row of grad_y, `count` taps beside each other, N at the most.
template <int N>
void add_taps(int64_t count, const Window& k, const Steps& steps, const float* x, const float* grad,
              int64_t columns, float* totals) {
  if constexpr (N > 1)
    if (count < N) return add_taps<N - 1>(count, k, steps, x, grad, columns, totals);
  Vec sums[N];
#pragma GCC unroll 8
  for (int tap = 0; tap < N; tap++) sums[tap] = load(totals + tap * LANES);
  const int64_t step = k.dw * steps.x_step;
  for (; columns > 0; columns--, x += steps.column, grad += steps.grad_step) {
    const Vec g = load(grad);
#pragma GCC unroll 8
    for (int tap = 0; tap < N; tap++) sums[tap] += load(x + tap * step) * g;
  }
#pragma GCC unroll 8
  for (int tap = 0; tap < N; tap++) store(totals + tap * LANES, sums[tap]);
}

void any_rows(const Window& k, const Steps& steps, const float* x, const float* grad, int64_t rows,
              int64_t columns, float* totals) {
  for (int64_t a = 0; a < k.kh; a++)
    for (int64_t b = 0; b < k.kw; b += MOST_TAPS) {
      const float* const from = x + a * k.dh * steps.x_row + b * k.dw * steps.x_step;
      for (int64_t r = 0; r < rows; r++)
        add_taps<MOST_TAPS>(k.kw - b, k, steps, from + r * steps.row, grad + r * steps.grad_row,
                            columns, totals + (a * k.kw + b) * LANES);
    }
}

AddRows rows_for(const Window& k) {
  const auto is = [&](int64_t size, int64_t sh, int64_t sw) {
    return k.kh == size && k.kw == size && k.sh == sh && k.sw == sw && k.dh == 1 && k.dw == 1;
  };
  if (is(3, 1, 1)) return fixed_rows<3, 3, 1, 1>;
  if (is(3, 1, 2)) return fixed_rows<3, 3, 1, 2>;
  if (is(3, 2, 2)) return fixed_rows<3, 3, 2, 2>;
  if (is(5, 1, 1)) return fixed_rows<5, 5, 1, 1>;
  if (is(5, 2, 2)) return fixed_rows<5, 5, 2, 2>;
  return any_rows;
}

// The rows of all images, in segments.
struct Segments {
  int64_t all, size, count;  // rows of all, of a segment; how many segments
  explicit Segments(const Pixels& grad_y) {
    all = grad_y.n * grad_y.h;
    const int64_t pixels = minimum(TERMS, maximum<int64_t>(1, SEGMENT / grad_y.c));
    size = 2 * maximum<int64_t>(1, pixels / maximum<int64_t>(1, 2 * grad_y.w));
    count = ceil_div(all, size);
  }
  // body(image, row, rows) for what a segment has of each image.
  template <class Body>
  void each(int64_t segment, int64_t h, const Body& body) const {
    int64_t first = segment * size;
    const int64_t end = minimum(all, first + size);
    while (first < end) {
      const int64_t row = first % h, rows = minimum(h - row, end - first);
      body(first / h, row, rows);
      first += rows;
    }
  }
};

// `numbers` of the last pixels of a row, which fill no vector.
void add_rest(const Window& k, const Steps& steps, const float* x, const float* grad, int64_t rows,
              int64_t numbers, float* totals) {
  for (int64_t r = 0; r < rows; r++, x += steps.row, grad += steps.grad_row) {
    const Vec g = load_first(grad, numbers);
    for (int64_t a = 0; a < k.kh; a++)
      for (int64_t b = 0; b < k.kw; b++) {
        const float* const at = x + a * k.dh * steps.x_row + b * k.dw * steps.x_step;
        float* const total = totals + (a * k.kw + b) * LANES;
        store(total, load(total) + load_first(at, numbers) * g);
      }
  }
}

// to[c * count + place] = the sum over segments of partial[segment][vector][place][lane]; of
// several pixels in a vector all lanes of a channel.
void sum_segments(const float* partial, int64_t segments, int64_t channels, int64_t several,
                  int64_t count, float* to) {
  const int64_t vectors = ceil_div(channels, LANES), size = count * LANES;
  in_groups(vectors, segments * size, [&](int64_t vector) {
    const int64_t first = vector * LANES, lanes = minimum(LANES, several * channels - first);
    for (int64_t place = 0; place < count; place++) {
      Sum total;
      for (int64_t segment = 0; segment < segments; segment++)
        total.add(load(partial + (segment * vectors + vector) * size + place * LANES));
      float rounded[LANES];
      store(rounded, total.lanes());
      float* const row = to + first * count + place;
      if (lanes == LANES && several == 1) {
#pragma GCC unroll 16
        for (int64_t lane = 0; lane < LANES; lane++) row[lane * count] = rounded[lane];
        continue;
      }
      for (int64_t lane = 0; lane < minimum(lanes, channels); lane++)
        row[lane * count] = rounded[lane];
      for (int64_t lane = channels; lane < lanes; lane++)
        row[lane % channels * count] += rounded[lane];
    }
  });
}

void bias_gradient(const Segments& segments, const Pixels& grad_y, float* grad_bias) {
  const int64_t vectors = ceil_div(grad_y.c, LANES);
  float* const partial = scratch_floats(Scratch::gradient, segments.count * vectors * LANES);
  parallel_for(segments.count, [&](int64_t segment) {
    float* const totals = partial + segment * vectors * LANES;
    clear(totals, vectors * LANES);
    segments.each(segment, grad_y.h, [&](int64_t i, int64_t row, int64_t rows) {
      for (int64_t vector = 0; vector < vectors; vector++) {
        Vec total = load(totals + vector * LANES);
        for (int64_t r = row; r < row + rows; r++)
          for (int64_t column = 0; column < grad_y.w; column++)
            total += load(grad_y.pixel(i, r, column) + vector * LANES);
        store(totals + vector * LANES, total);
      }
    });
  });
  sum_segments(partial, segments.count, grad_y.c, 1, 1, grad_bias);
}

}  // namespace

void depthwise_grad_weight(const Convolution& conv, const Pixels& x, const Pixels& grad_y,
                           float* grad_weight, float* grad_bias) {
  Window k = conv.window;
  const int64_t several = k.sw == 1 && touch(x) && touch(grad_y) ? pixels_in_vector(x.c) : 1;
  k.sw *= several;
  const Steps steps{x.step, x.row, k.sw * x.step, k.sh * x.row, several * grad_y.step, grad_y.row};
  const int64_t columns = grad_y.w / several, rest = grad_y.w % several;
  const AddRows add_rows = rows_for(k);
  const Segments segments(grad_y);
  const int64_t vectors = ceil_div(grad_y.c, LANES), size = conv.cells() * LANES;
  float* const partial = scratch_floats(Scratch::gradient, segments.count * vectors * size);
  parallel_for(segments.count, [&](int64_t segment) {
    float* totals = partial + segment * vectors * size;
    clear(totals, vectors * size);
    for (int64_t c = 0; c < grad_y.c; c += LANES, totals += size)
      segments.each(segment, grad_y.h, [&](int64_t i, int64_t row, int64_t rows) {
        const float* const from = x.pixel(i, row * k.sh - k.top, -k.left) + c;
        const float* const grad = grad_y.pixel(i, row, 0) + c;
        add_rows(k, steps, from, grad, rows, columns, totals);
        if (rest > 0)
          add_rest(k, steps, from + columns * steps.column, grad + columns * steps.grad_step, rows,
                   rest * grad_y.c, totals);
      });
  });
  sum_segments(partial, segments.count, grad_y.c, several, conv.cells(), grad_weight);
  if (grad_bias != nullptr) bias_gradient(segments, grad_y, grad_bias);
}

}  // namespace badak::BADAK_ISA
