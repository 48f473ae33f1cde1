// direct_grad_weight.cpp -- the same numbers as badak.ops.reference.conv.conv2d_backward's
// gradients of weight and bias.
//   x (N, H, W, C) in the frame that the window reads, grad_y (N, OH, OW, F), grad_weight
//   (F, C/G, KH, KW), grad_bias (F,) or null; any geometry.
// Method: grad_sums.h, over bands that stay in L2. The side whose numbers fill vectors better is
// loaded, the other broadcast. Bands fall into fixed segments with sums of their own.
// Share of FMA peak, one thread of a Zen 4: 3x3 95 to 100 % (places where a tap meets the frame
// alone are counted, but skipped), 1x1 70 to 90 %; fewer channels than half a vector: less.
#include "pixels/direct.h"
#include "pixels/grad_bands.h"

namespace badak::BADAK_ISA {

namespace {

// x's numbers under the window's first place. If the channels of a tap do not fill their vectors,
// but those of the next follow, a kernel row is one run.
Side side_of_x(const Convolution& conv, const Pixels& x) {
  const Window& k = conv.window;
  const bool joined = conv.channels() % LANES != 0 && x.step == conv.channels() && k.dw == 1;
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
          .length = conv.filters()};
}

// Places along one side whose taps, from `low` to `high` at the first place, meet `size` numbers.
struct Reach {
  int64_t first, count;
  Reach(int64_t low, int64_t high, int64_t stride, int64_t size, int64_t places)
      : first(minimum(places, high < 0 ? ceil_div(-high, stride) : 0)),
        count(maximum<int64_t>(
            0, minimum(places, low < size ? ceil_div(size - low, stride) : 0) - first)) {}
};

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
        load_x(cost(grad, x) <= cost(x, grad)),
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
      float* const products = sums + bias_size();
      const auto area_of_right = [&](int64_t, int64_t start, int64_t last) {
        return reached(band, start, last);
      };
      const auto area_of_left = [&](int64_t run, auto...) { return reached(band, run, run); };
      if (load_x)
        sum_products<false>(to, from, area_of_right, products, first);
      else
        sum_products<false>(from, to, area_of_left, products, first);
    }
  }

  // The places of a band where the taps of these runs of x meet x, not only its frame.
  Area reached(const PlaceBands::Band& band, int64_t first, int64_t last) const {
    const Window& k = conv.window;
    const int64_t up = first / x.across, down = last / x.across;  // kernel rows
    const bool part = x.across > 1 && up == down;
    const int64_t left = part ? first % x.across : 0, right = part ? last % x.across : k.kw - 1;
    const int64_t y = band.y * k.sh - k.top, column = band.x * k.sw - k.left;
    const Reach rows(y + up * k.dh, y + down * k.dh, k.sh, conv.maps.h, band.area.rows);
    const Reach columns(column + left * k.dw, column + right * k.dw, k.sw, conv.maps.w,
                        band.area.columns);
    return {band.area.images, rows.count, columns.count, rows.first, columns.first};
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
    if (cells <= LANES && (conv.window.kh == 1 || down == kw * across))
      return transpose_strip(row, across, cells, channels, to, cells);
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
  const int64_t size = gradient.size(), step = items.of_segment() * size;
  const int64_t together = gradient.load_x ? 1 : LANES, pieces = ceil_div(items.panel, together);
  const auto finish = [&](int64_t index, int64_t piece, const float* sums) {
    const GradItems::Item item = items.at(index);
    const int64_t first = piece * together;
    if (first >= item.filters) return;
    const int64_t f = item.group * conv.filters() + item.first + first;
    const Totals totals{sums, items.segments, step};
    gradient.finish(item, first, totals.from(gradient.bias_size()),
                    grad_weight + f * conv.channels() * conv.cells());
    if (grad_bias != nullptr)
      add_up(totals.from(first), minimum(together, item.filters - first), grad_bias + f);
  };
  if (items.segments == 1) {  // many weights: an item's sums are finished while they are in cache
    parallel_for(items.count(), [&](int64_t item) {
      float* sums = scratch_floats(Scratch::partial, size);
      gradient.sum(item, grad_bias != nullptr, sums);
      for (int64_t piece = 0; piece < pieces; piece++) finish(item, piece, sums);
    });
    return;
  }
  float* sums = scratch_floats(Scratch::partial, items.count() * size);
  parallel_for(items.count(),
               [&](int64_t item) { gradient.sum(item, grad_bias != nullptr, sums + item * size); });
  parallel_for(items.of_segment() * pieces, [&](int64_t index) {
    finish(index / pieces, index % pieces, sums + index / pieces * size);
  });
}

}  // namespace badak::BADAK_ISA
