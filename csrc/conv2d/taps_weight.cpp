// taps_weight.cpp -- the same numbers as badak.ops.reference.conv.conv2d_backward's gradients of
// weight and bias.
//   x (N, C, H, W), grad_y (N, F, OH, OW), grad_weight (F, C/G, KH, KW), grad_bias (F,).
// Method: x is laid out as in taps.cpp (taps_layout.h) and grad_y with the filters of a place side
// by side; register tiles of taps x filters sum over the places (gemm/tap_tile.h). Images fall into
// fixed segments with sums of their own, which are then added up in order: the bits do not depend
// on the number of threads.
#include "conv2d/taps.h"
#include "conv2d/taps_bands.h"
#include "gemm/tap_tile.h"
#include "threads/threads.h"

namespace badak::BADAK_ISA {

namespace {

// sums[f] += all places' numbers of each filter; some at a time, which keeps rounding small.
void add_places(const float* strips, int64_t width, int64_t places, float* sums) {
  for (int64_t f = 0; f < width;) {
    const int64_t vectors = strip_vectors(width - f);
    for (int64_t v = 0; v < vectors; v++) {
      Vec total{};
      for (int64_t first = 0; first < places; first += TOGETHER) {
        Vec some{};
        for (int64_t p = first; p < minimum(first + TOGETHER, places); p++)
          some += load(strips + (p * vectors + v) * LANES);
        total += some;
      }
      store(sums + f + v * LANES, load(sums + f + v * LANES) + total);
    }
    strips += places * vectors * LANES;
    f += vectors * LANES;
  }
}

// The taps of a convolution over x; `at` holds kh + kw numbers.
TapsLayout layout_of(const Convolution& conv, int64_t* at, int64_t* memory) {
  const Window& window = conv.window;
  for (int64_t u = 0; u < window.kh; u++) at[u] = u * window.dh - window.top;
  for (int64_t v = 0; v < window.kw; v++) at[window.kh + v] = v * window.dw - window.left;
  TapsLayout layout({at, window.kh, window.sh}, {at + window.kh, window.kw, window.sw}, conv.maps.h,
                    conv.maps.w, conv.maps.ow, memory);
  layout.make_masks(static_cast<int32_t*>(
      scratch(Scratch::masks, sizeof(int32_t) * layout.shifts * layout.mask_length())));
  return layout;
}

}  // namespace

void grad_weight_taps(const GradientMaps& gradient, const float* x, float* grad_weight,
                      float* grad_bias) {
  const Convolution& conv = gradient.conv;
  const Maps& maps = conv.maps;
  const int64_t filters = conv.filters(), channels = conv.channels(), cells = conv.cells();
  const int64_t width = strips_width(filters), size = maps.h * maps.w;
  const int64_t axes = conv.window.kh + conv.window.kw;
  const Slices slices(channels, cells);
  int64_t* table = static_cast<int64_t*>(
      scratch(Scratch::offsets,
              sizeof(int64_t) * (2 * axes + BandOffsets::numbers(slices.widest(), cells))));
  const TapsLayout layout = layout_of(conv, table, table + axes);
  const Bands bands(layout, maps.oh, slices.widest(), WANTED_BANDS, 1);
  const BandOffsets offsets(layout, bands, slices.widest(), cells, table + 2 * axes);
  const int64_t blocks = conv.groups * slices.count;
  const int64_t segments = segments_for(maps.n, blocks);
  const int64_t rows = channels * cells;  // of a group's sums; one more is the bias's
  float* sums = scratch_floats(Scratch::partial, segments * conv.groups * (rows + 1) * width);
  parallel_for(segments * blocks, [&](int64_t item) {
    const int64_t slice = item % slices.count, group = item / slices.count % conv.groups;
    const int64_t segment = item / blocks;
    const int64_t start = slices.start(slice), count = slices.width(slice);
    float* own = sums + (segment * conv.groups + group) * (rows + 1) * width;
    float* bias = own + rows * width;
    own += start * cells * width;
    clear(own, count * cells * width);
    if (slice == 0) clear(bias, width);
    for (int64_t n = maps.n * segment / segments; n < maps.n * (segment + 1) / segments; n++) {
      const float* image = x + (n * maps.c + group * channels + start) * size;
      const Source grad = gradient.image(n, group);
      for (int64_t band = 0; band < bands.count; band++) {
        const int64_t from = bands.start(band), height = bands.height(band),
                      places = height * maps.ow;
        float* columns =
            scratch_floats(Scratch::columns, layout.size(slices.widest(), bands.highest()));
        layout.fill(image, count, from, height, columns, x, x + maps.n * maps.c * size);
        float* by_place = scratch_floats(Scratch::filters, bands.highest() * maps.ow * width);
        turn(grad.image + from * maps.ow, conv.places(), filters, places, by_place, places);
        add_taps(columns, offsets.of(height), count * cells, by_place, width, places, own);
        if (slice == 0) add_places(by_place, width, places, bias);
      }
    }
  });
  parallel_for(conv.groups, [&](int64_t group) {
    const int64_t stride = conv.groups * (rows + 1) * width;
    const float* own = sums + group * (rows + 1) * width;
    for (int64_t row = 0; row <= rows; row++)
      for (int64_t f = 0; f < filters; f++) {
        float total = own[row * width + f];
        for (int64_t segment = 1; segment < segments; segment++)
          total += own[segment * stride + row * width + f];
        if (row < rows)
          grad_weight[(group * filters + f) * rows + row] = total;
        else if (grad_bias != nullptr)
          grad_bias[group * filters + f] = total;
      }
  });
}

}  // namespace badak::BADAK_ISA
