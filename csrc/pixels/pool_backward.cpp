// pool_backward.cpp -- the gradients of pool.cpp's numbers.
// Method: place by place, in the order of the rows; rows of grad_x are cleared just before the
// first window that reaches them, and not at all if the windows tile the map. Max pooling keeps no
// winners: the first cell that equals the window's largest number is found again.
// 2x2 runs at half of memcpy's speed; overlapping 3x3 at a quarter, bound by stores (Zen 4).
// Precondition: every window has a cell in the map.
#include "pixels/maps.h"
#include "pixels/patch.h"
#include "pixels/peak.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

namespace {

constexpr int64_t MANY = 4;           // images: fewer are cut by channels
constexpr int64_t PANEL = 4 * LANES;  // channels of one piece of work then

// Clears rows of some channels of one image, in their order.
struct Cleared {
  const Pixels& grad_x;
  int64_t image, first, count, row = 0;

  void up_to(int64_t end) {
    for (; row < minimum(end, grad_x.h); row++) columns_from(row, 0);
  }
  void columns_from(int64_t i, int64_t column) const {
    float* to = grad_x.pixel(image, i, column) + first;
    const int64_t pixels = grad_x.w - column;
    if (count == grad_x.step) return clear(to, pixels * count);
    for (int64_t j = 0; j < pixels; j++, to += grad_x.step)
      for (int64_t c = 0; c < count; c += LANES) store_some(to + c, Vec{}, count - c);
  }
};

// Whether each cell of x belongs to one window alone, but for what is left over on the right and
// below.
inline bool tiles(const Window& window) {
  return window.kh == window.sh && window.kw == window.sw && window.top == 0 && window.left == 0 &&
         window.dh == 1 && window.dw == 1;
}

template <bool adds>
inline void put(float* to, Vec value, int64_t count) {
  store_some(to, adds ? load(to) + value : value, count);
}

// body(c, how many) for channels [first, end), LANES at once.
template <class Body>
inline void each_vector(int64_t first, int64_t end, const Body& body) {
  int64_t c = first;
  for (; c + LANES <= end; c += LANES) body(c, LANES);
  if (c < end) body(c, end - c);
}

// back.place<K, adds>(...) for all places and vectors of channels, in parallel.
template <class Back>
void pool_backward(const Pixels& grad_y, const Window& window, const Back& back,
                   const Pixels& grad_x) {
  const int64_t panel = grad_x.n >= MANY ? grad_x.c : minimum(PANEL, grad_x.c);
  const int64_t panels = ceil_div(grad_x.c, panel);
  in_groups(grad_x.n * panels, grad_x.h * grad_x.w * panel, [&](int64_t item) {
    const int64_t image = item / panels, first = item % panels * panel;
    const int64_t end = minimum(grad_x.c, first + panel);
    Cleared cleared{grad_x, image, first, end - first};
    for (int64_t i = 0; i < grad_y.h; i++) {
      const Line line(grad_x, window, i, grad_y.w);
      const auto fill = [&, own = back](auto adds) {
        line.each_patch([=](auto square, const Patch& patch, int64_t j) {
          constexpr int K = decltype(square)::value;
          constexpr bool ADDS = decltype(adds)::value;
          own.template place<K, ADDS>(patch, image, i, j, first, end);
        });
      };
      if (tiles(window)) {
        fill(std::false_type());
        for (; cleared.row < line.end(); cleared.row++)
          cleared.columns_from(cleared.row, grad_y.w * window.kw);
      } else {
        cleared.up_to(line.end());
        fill(std::true_type());
      }
    }
    cleared.up_to(grad_x.h);
  });
}

// By value: what they refer to would be read again after each store.
struct ToWinners {
  Pixels grad_y, x, grad_x;
  bool limited;
  float low, high;

  template <int K, bool adds>
  void place(const Patch& patch, int64_t image, int64_t i, int64_t j, int64_t first,
             int64_t end) const {
    const Cells from(x, image, patch), to(grad_x, image, patch);
    const float* grad = grad_y.pixel(image, i, j);
    each_vector(first, end, [=, this](int64_t c, int64_t count) {
      Peak peak(load(from.first + c));
      each_cell<K>(patch, [&](int64_t k, int64_t l) { peak.meet(load(from(k, l) + c)); });
      const Vec y = peak.value();
      Vec own = load(grad + c);
      if (limited) own = (y > low) & (y < high) ? own : Vec{};
      Prize prize(y, own);
      each_cell<K>(patch, [&](int64_t k, int64_t l) {
        put<adds>(to(k, l) + c, prize.share(load(from(k, l) + c)), count);
      });
    });
  }
};

struct ToAll {
  Pixels grad_y, grad_x;
  const float* divisors;

  template <int K, bool adds>
  void place(const Patch& patch, int64_t image, int64_t i, int64_t j, int64_t first,
             int64_t end) const {
    const Cells to(grad_x, image, patch);
    const float share = 1 / divisors[i * grad_y.w + j];
    const float* grad = grad_y.pixel(image, i, j);
    each_vector(first, end, [=](int64_t c, int64_t count) {
      const Vec own = load(grad + c) * share;
      each_cell<K>(patch, [&](int64_t k, int64_t l) { put<adds>(to(k, l) + c, own, count); });
    });
  }
};

}  // namespace

void pixels_max_pool_backward(const Pixels& grad_y, const Pixels& x, const Window& window,
                              float low, float high, const Pixels& grad_x) {
  const bool limited = low > -__builtin_inff() || high < __builtin_inff();
  pool_backward(grad_y, window, ToWinners{grad_y, x, grad_x, limited, low, high}, grad_x);
}

void pixels_avg_pool_backward(const Pixels& grad_y, const Window& window, const float* divisors,
                              const Pixels& grad_x) {
  pool_backward(grad_y, window, ToAll{grad_y, grad_x, divisors}, grad_x);
}

}  // namespace badak::BADAK_ISA
