// pool.cpp -- the same numbers as badak.ops.reference.pool, on pixels.
// Method: a place's window is cut off at the map's edges; all channels of a place in vectors. Max
// pooling keeps no winners: backward finds the first cell that equals the window's largest again.
// Precondition: every window has a cell in the map.
#include "pixels/maps.h"
#include "pool2d/window_bounds.h"
#include "simd/sums.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

namespace {

constexpr int64_t PANEL = 4 * LANES;  // channels of a piece of work in the backward direction

// The cells of the window at place (i, j) inside maps of size (h, w).
struct Cells {
  int64_t top, left;
  Range rows, columns;
  const Window& window;

  Cells(const Pixels& x, const Window& window, int64_t i, int64_t j)
      : top(i * window.sh - window.top),
        left(j * window.sw - window.left),
        rows(cells_inside(top, window.kh, window.dh, x.h)),
        columns(cells_inside(left, window.kw, window.dw, x.w)),
        window(window) {}

  // body(pixel of x) for each cell, row by row.
  template <class Body>
  void each(const Pixels& x, int64_t image, const Body& body) const {
    for (int64_t k = rows.first; k < rows.end; k++)
      for (int64_t l = columns.first; l < columns.end; l++)
        body(x.pixel(image, top + k * window.dh, left + l * window.dw));
  }
};

inline Vec largest(const Cells& cells, const Pixels& x, int64_t image, int64_t c) {
  Vec y = splat(-__builtin_inff());
  cells.each(x, image, [&](const float* cell) {
    const Vec value = load(cell + c);
    y = (y >= value) | (y != y) ? y : value;
  });
  return y;
}

// body(image, i, j) for all places of y, in parallel.
template <class Body>
inline void each_place(const Pixels& y, int64_t work, const Body& body) {
  in_groups(y.n * y.h, y.w * y.c * work, [&](int64_t row) {
    for (int64_t j = 0; j < y.w; j++) body(row / y.h, row % y.h, j);
  });
}

// body(image, first channel, how many): panels of grad_x, cleared, in parallel.
template <class Body>
inline void each_panel(const Pixels& grad_x, const Body& body) {
  const int64_t panels = ceil_div(grad_x.c, PANEL);
  in_groups(grad_x.n * panels, grad_x.h * grad_x.w * minimum(grad_x.c, PANEL), [&](int64_t item) {
    const int64_t image = item / panels, first = item % panels * PANEL;
    const int64_t count = minimum(PANEL, grad_x.c - first);
    for (int64_t i = 0; i < grad_x.h; i++)
      for (int64_t j = 0; j < grad_x.w; j++) clear(grad_x.pixel(image, i, j) + first, count);
    for (int64_t c = first; c < first + count; c += LANES)
      body(image, c, minimum(LANES, first + count - c));
  });
}

}  // namespace

void pixels_max_pool(const Pixels& x, const Window& window, const Pixels& y) {
  each_place(y, window.kh * window.kw, [&](int64_t image, int64_t i, int64_t j) {
    const Cells cells(x, window, i, j);
    for (int64_t c = 0; c < x.c; c += LANES)
      store_some(y.pixel(image, i, j) + c, largest(cells, x, image, c), x.c - c);
  });
}

void pixels_max_pool_backward(const Pixels& grad_y, const Pixels& x, const Window& window,
                              float low, float high, const Pixels& grad_x) {
  const bool limited = low > -__builtin_inff() || high < __builtin_inff();
  each_panel(grad_x, [&](int64_t image, int64_t c, int64_t size) {
    for (int64_t i = 0; i < grad_y.h; i++)
      for (int64_t j = 0; j < grad_y.w; j++) {
        const Cells cells(x, window, i, j);
        const Vec y = largest(cells, x, image, c);
        Vec rest = load(grad_y.pixel(image, i, j) + c);
        if (limited) rest = (y > low) & (y < high) ? rest : Vec{};
        IntVec passed{};
        for (int64_t k = cells.rows.first; k < cells.rows.end; k++)
          for (int64_t l = cells.columns.first; l < cells.columns.end; l++) {
            const int64_t row = cells.top + k * window.dh, column = cells.left + l * window.dw;
            const Vec value = load(x.pixel(image, row, column) + c);
            const IntVec wins = ((value == y) | (value != value)) & ~passed;
            float* to = grad_x.pixel(image, row, column) + c;
            store_some(to, load(to) + (wins ? rest : Vec{}), size);
            passed |= wins;
          }
      }
  });
}

void pixels_avg_pool(const Pixels& x, const Window& window, const float* divisors,
                     const Pixels& y) {
  each_place(y, window.kh * window.kw, [&](int64_t image, int64_t i, int64_t j) {
    const Cells cells(x, window, i, j);
    const Vec divisor = splat(divisors[i * y.w + j]);
    for (int64_t c = 0; c < x.c; c += LANES) {
      Sum sum;
      cells.each(x, image, [&](const float* cell) { sum.add(load(cell + c)); });
      store_some(y.pixel(image, i, j) + c, sum.lanes() / divisor, x.c - c);
    }
  });
}

void pixels_avg_pool_backward(const Pixels& grad_y, const Window& window, const float* divisors,
                              const Pixels& grad_x) {
  each_panel(grad_x, [&](int64_t image, int64_t c, int64_t size) {
    for (int64_t i = 0; i < grad_y.h; i++)
      for (int64_t j = 0; j < grad_y.w; j++) {
        const Vec share = load(grad_y.pixel(image, i, j) + c) / divisors[i * grad_y.w + j];
        Cells(grad_x, window, i, j).each(grad_x, image, [&](float* cell) {
          store_some(cell + c, load(cell + c) + share, size);
        });
      }
  });
}

}  // namespace badak::BADAK_ISA
