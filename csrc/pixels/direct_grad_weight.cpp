// direct_grad_weight.cpp -- the same numbers as badak.ops.reference.conv.conv2d_backward's
// gradients of weight and bias.
//   x (N, H, W, C) in the frame that the window reads, grad_y (N, OH, OW, F), grad_weight
//   (F, C/G, KH, KW), grad_bias (F,) or null; any geometry.
// Method: grad_sums.h, over bands that stay in L2. The side whose numbers fill vectors better is
// loaded, the other broadcast. Images fall into fixed segments with sums of their own.
#include "pixels/direct.h"
#include "pixels/grad_bands.h"

namespace badak::BADAK_ISA {

namespace {

// x's numbers under the window's first place. Where channels of neighbouring taps follow each
// other, a kernel row is one run.
Side side_of_x(const Convolution& conv, const Pixels& x) {
  const Window& k = conv.window;
  const bool joined = k.kw == 1 || (conv.groups == 1 && x.step == x.c && k.dw == 1);
  return {.at = x.at - k.top * x.row - k.left * x.step,
          .walk = {k.sw * x.step, k.sh * x.row, x.image},
          .runs = joined ? k.kh : k.kh * k.kw,
          .length = joined ? k.kw * conv.channels() : conv.channels(),
          .across = joined ? 1 : k.kw,
          .run_step = k.dw * x.step,
          .run_row = k.dh * x.row};
}

Side side_of_grad(const Convolution& conv, const Pixels& grad_y) {
  return {.at = grad_y.at,
          .walk = {grad_y.step, grad_y.row, grad_y.image},
          .runs = 1,
          .length = conv.filters(),
          .across = 1,
          .run_step = 0,
          .run_row = 0};
}

// About how long the products of a pixel take: a step of a tile waits for its sums, its loads or
// for the sums of the step before.
int64_t cost(const Side& left, const Side& right) {
  const int64_t vectors = minimum<int64_t>(right.vectors(), MAX_VECTORS);
  const int64_t tiles = ceil_div(left.length, max_rows(vectors));
  const int64_t rows = ceil_div(left.length, tiles);
  const int64_t step = maximum(maximum(vectors * rows, (vectors + rows) * 9 / 8), int64_t{8});
  return left.runs * tiles * step * right.vectors() / vectors;
}

Side moved(Side side, const PlaceBands::Band& band, int64_t channel) {
  side.at += band.image * side.walk.image + band.y * side.walk.row + band.x * side.walk.step;
  side.at += channel;
  return side;
}

struct Gradient {
  Convolution conv;
  Side x, grad;
  bool load_x;  // or grad_y
  PlaceBands bands;
  GradItems items;

  Gradient(const Convolution& conv_, const Pixels& x_, const Pixels& grad_y)
      : conv(conv_),
        x(side_of_x(conv_, x_)),
        grad(side_of_grad(conv_, grad_y)),
        load_x(cost(grad, x) < cost(x, grad)),
        bands(conv_.maps,
              maximum(BAND_FLOATS / (conv_.channels() + conv_.filters()), LEAST_PLACES)),
        items(conv_, x.numbers(), bands.count()) {}

  // An item's sums: those of grad_y, then the products'.
  int64_t bias_size() const { return ceil_div(items.panel, LANES) * LANES; }
  int64_t size() const {
    return bias_size() + (load_x ? items.panel * x.width() : x.numbers() * bias_size());
  }

  void sum(int64_t index, bool bias, float* sums) const {
    const GradItems::Item item = items.at(index);
    const int64_t end = bands.count() * (item.segment + 1) / items.segments;
    bool first = true;
    if (bands.count() == 0) clear(sums, size());
    for (int64_t b = bands.count() * item.segment / items.segments; b < end; b++, first = false) {
      const PlaceBands::Band band = bands.at(b);
      const Side from = moved(x, band, item.group * conv.channels());
      Side to = moved(grad, band, item.group * conv.filters() + item.first);
      to.length = item.filters;
      if (bias) sum_vectors(to, band.area, sums, first);
      if (load_x)
        sum_products<1>(to, from, band.area, sums + bias_size(), first);
      else
        sum_products<1>(from, to, band.area, sums + bias_size(), first);
    }
  }

  // From an item's sums to some filters' (C/G, KH, KW), LANES filters or, if x was loaded, one.
  void finish(const GradItems::Item& item, int64_t first, const Totals& totals, float* to) const {
    const int64_t cells = conv.cells(), channels = conv.channels();
    if (!load_x) {
      add_up_turned(
          totals.from(first), ceil_div(item.filters, LANES) * LANES,
          minimum(LANES, item.filters - first), cells * channels,
          [&](int64_t q) { return q % cells * channels + q / cells; }, to);
      return;
    }
    const Totals own = totals.from(first * x.width());
    if (cells == 1) return add_up(own, channels, to);
    float* row = scratch_floats(Scratch::columns, x.width());
    add_up(own, x.width(), row);
    const int64_t run = x.vectors_of_run() * LANES, kw = conv.window.kw;
    const int64_t down = run * x.across, across = x.across == 1 ? channels : run;
    for (int64_t c = 0; c < channels; c++, to += cells)
      for (int64_t a = 0; a < conv.window.kh; a++)
        for (int64_t b = 0; b < kw; b++) to[a * kw + b] = row[a * down + b * across + c];
  }
};

}  // namespace

void direct_grad_weight(const Convolution& conv, const Pixels& x, const Pixels& grad_y,
                        float* grad_weight, float* grad_bias) {
  const Gradient gradient(conv, x, grad_y);
  const GradItems& items = gradient.items;
  const int64_t size = gradient.size();
  float* sums = scratch_floats(Scratch::partial, items.count() * size);
  parallel_for(items.count(),
               [&](int64_t item) { gradient.sum(item, grad_bias != nullptr, sums + item * size); });
  const int64_t together = gradient.load_x ? 1 : LANES, pieces = ceil_div(items.panel, together);
  parallel_for(items.of_segment() * pieces, [&](int64_t index) {
    const GradItems::Item item = items.at(index / pieces);
    const int64_t first = index % pieces * together;
    if (first >= item.filters) return;
    const int64_t f = item.group * conv.filters() + item.first + first;
    const Totals totals{sums + index / pieces * size, items.segments, items.of_segment() * size};
    gradient.finish(item, first, totals.from(gradient.bias_size()),
                    grad_weight + f * conv.channels() * conv.cells());
    if (grad_bias != nullptr)
      add_up(totals.from(first), minimum(together, item.filters - first), grad_bias + f);
  });
}

}  // namespace badak::BADAK_ISA
