// winograd_weight.cpp -- the same numbers as badak.ops.reference.conv.conv2d_backward's gradients
// of weight and bias, for 3x3 and 5x5 filters and float.
//   x (N, C, H, W), grad_y (N, F, OH, OW), grad_weight (F, C/G, K, K), grad_bias (F,).
// Method: the transposes of the forward pass's transforms bring the gradient to tiles; their
// products with the image's tiles, summed over all tiles, are the gradient at the transformed
// weights. If these sums do not fit L2, channels and filters are cut into chunks, each of which
// transforms its own channels and filters of all images. Images fall into fixed segments with sums
// of their own, added up in order: the bits do not depend on the number of threads.
// Precondition: suits_winograd.
#include "conv2d/winograd.h"
#include "conv2d/winograd_filters.h"
#include "gemm/tile_sums.h"

namespace badak::BADAK_ISA {

namespace {

constexpr int64_t STRIP = 2;             // vectors of filters that a sum takes at a time
constexpr int64_t SUM_FLOATS = 3 << 17;  // of an item's sums, 1.5 MiB: they stay in L2
constexpr int64_t WANTED_TILES = 64;     // to be multiplied at a time

// sums (ROWS channels, V vectors of filters) += over tiles: image (ROWS) * grad (V vectors).
template <int ROWS, int V>
void add_products(const float* image, const float* grad, int64_t grad_step, int64_t tiles,
                  float* sums, int64_t row) {
  TileSums<ROWS, V> own;
  own.fill(Vec{});
  for (int64_t t = 0; t < tiles; t++, image += LANES, grad += LANES)
    own.add_products([&](int r) { return image[r]; }, [&](int v) { return grad + v * grad_step; });
  own.add_to(sums, row);
}

// Of a block's first channels; so many rows as a tile has are summed at a time.
template <int V>
void add_block(const float* image, int64_t channels, const float* grad, int64_t grad_step,
               int64_t tiles, float* sums, int64_t row) {
  constexpr int ROWS = LANES == 16 ? (V == 1 ? 16 : 8) : LANES == 8 ? (V == 1 ? 8 : 4) : 4;
  for (int64_t r = 0; r < channels; r += ROWS)
    add_products<ROWS, V>(image + r, grad, grad_step, tiles, sums + r * row, row);
}

// The sums of an item: [point][channels, in whole blocks][filters, in whole vectors], and before
// them the sums of the gradient itself.
struct Sums {
  int64_t channels, filters;
  int64_t point() const { return channels * filters; }
  int64_t size() const { return filters + POINTS * point(); }
};

// How the blocks of channels and filters are cut, so that an item's sums stay in L2.
struct Chunks {
  struct Cut {
    int64_t size, count;
    Cut(int64_t blocks, int64_t max_blocks)
        : size(ceil_div(blocks, ceil_div(blocks, max_blocks))), count(ceil_div(blocks, size)) {}
    int64_t start(int64_t chunk) const { return chunk * size; }
  };
  static constexpr int64_t FIT = SUM_FLOATS / (POINTS * LANES * LANES), SIDE = 6;
  Cut of_channels, of_filters;
  Sums sums;
  Chunks(int64_t channel_blocks, int64_t filter_blocks)
      : of_channels(channel_blocks, maximum(SIDE, FIT / filter_blocks)),
        of_filters(filter_blocks, FIT / of_channels.size),
        sums{of_channels.size * LANES, of_filters.size * LANES} {}
  int64_t count() const { return of_channels.count * of_filters.count; }
};

// sums (LANES) += all pixels of a tile.
template <int TILE>
void add_pixels(const float* pixels, int64_t row, float* sums) {
  Vec total{};
  for (int64_t i = 0; i < TILE; i++)
    for (int64_t j = 0; j < TILE; j++) total += load(pixels + i * row + j * LANES);
  store(sums, load(sums) + total);
}

void add_tiles(const Tiles& image, int64_t channels, const Tiles& grad, const Sums& layout,
               float* sums) {
  for (int64_t point = 0; point < POINTS; point++, sums += layout.point())
    for (int64_t f = 0; f < grad.blocks; f += STRIP)
      for (int64_t c = 0; c < image.blocks; c++)
        (grad.blocks - f >= STRIP
             ? add_block<STRIP>
             : add_block<1>)(image.at(c, 0) + point * image.step,
                             minimum(LANES, channels - c * LANES),
                             grad.at(f, 0) + point * grad.step, grad.count * LANES, grad.count,
                             sums + c * LANES * layout.filters + f * LANES, layout.filters);
}

// Back from the gradient at the transformed weights of one channel: to[f * step + cell].
template <class Form>
void restore_weights(const float* sums, const Sums& layout, int64_t segments, int64_t segment_step,
                     int64_t filters, float* to, int64_t step) {
  for (int64_t f = 0; f < filters; f += LANES)
    restore_filters<Form>(sums + f, layout.point(), segments, segment_step,
                          minimum(LANES, filters - f), to + f * step, step);
}

template <class Form>
void sum_up(const GradientMaps& gradient, const float* x, float* grad_weight, float* grad_bias) {
  constexpr int64_t TILE = Form::TILE;
  const Convolution& conv = gradient.conv;
  const Maps& maps = conv.maps;
  const int64_t channels = conv.channels(), filters = conv.filters(), cells = conv.cells();
  const TilePass pass = forward_pass(conv);
  const TileBands bands(pass, WANTED_TILES);
  const Chunks chunks(ceil_div(channels, LANES), ceil_div(filters, LANES));
  const int64_t items = conv.groups * chunks.of_channels.count * chunks.of_filters.count;
  // Half as many as of other sums: these are four times as large, and expensive to add up.
  const int64_t segments = segments_for(maps.n, 2 * items), size = chunks.sums.size();
  float* sums = scratch_floats(Scratch::partial, segments * items * size);
  parallel_for(segments * items, [&](int64_t item) {
    const int64_t segment = item / items, group = item % items / chunks.count();
    const int64_t c = chunks.of_channels.start(item % chunks.count() / chunks.of_filters.count);
    const int64_t f = chunks.of_filters.start(item % chunks.of_filters.count);
    const int64_t channel_blocks = minimum(chunks.of_channels.size, ceil_div(channels, LANES) - c);
    const int64_t filter_blocks = minimum(chunks.of_filters.size, ceil_div(filters, LANES) - f);
    float* own = sums + item * size;
    clear(own, size);
    const int64_t first = maps.n * segment / segments;
    const int64_t all = maps.n * (segment + 1) / segments - first;
    const int64_t batches = ceil_div(all, bands.together);
    for (int64_t batch = 0; batch < batches; batch++)
      for (int64_t band = 0; band < bands.count; band++) {
        const int64_t from = first + all * batch / batches;
        const int64_t count = first + all * (batch + 1) / batches - from;
        const TileRows rows = bands.at(band);
        const int64_t each = rows.count();
        const Tiles image(Scratch::tiles, channel_blocks, count * each);
        const Tiles grad(Scratch::tile_products, filter_blocks, count * each);
        // The gradient's own sums, of some tiles at a time, which keeps rounding small.
        float* some = scratch_floats(Scratch::filters, filter_blocks * LANES);
        clear(some, filter_blocks * LANES);
        for (int64_t n = 0; n < count; n++) {
          transform_band(image_pixels(conv, x, from + n, group).from_block(c), pass.grid(), rows,
                         image, n * each,
                         [&](int64_t, const float* pixels, int64_t row, float* to) {
                           transform_image(pixels, row, to, image.step);
                         });
          transform_band(gradient.pixels(from + n, group).from_block(f),
                         {maps.oh, 0, 0, TILE, TILE}, rows, grad, n * each,
                         [&](int64_t b, const float* pixels, int64_t row, float* to) {
                           transform_gradient<Form>(pixels, row, to, grad.step);
                           add_pixels<TILE>(pixels, row, some + b * LANES);
                         });
        }
        for (int64_t f = 0; f < filter_blocks * LANES; f += LANES)
          store(own + f, load(own + f) + load(some + f));
        add_tiles(image, channels - c * LANES, grad, chunks.sums, own + chunks.sums.filters);
      }
  });
  parallel_for(conv.groups * channels, [&](int64_t item) {
    const int64_t c = item % channels, group = item / channels;
    const int64_t chunk = c / LANES / chunks.of_channels.size;
    const int64_t row = c - chunks.of_channels.start(chunk) * LANES;
    for (int64_t i = 0; i < chunks.of_filters.count; i++) {
      const int64_t first = chunks.of_filters.start(i) * LANES;
      const int64_t count = minimum(chunks.of_filters.size * LANES, filters - first);
      const float* own =
          sums + (group * chunks.count() + chunk * chunks.of_filters.count + i) * size;
      restore_weights<Form>(
          own + (1 + row) * chunks.sums.filters, chunks.sums, segments, items * size, count,
          grad_weight + ((group * filters + first) * channels + c) * cells, channels * cells);
      if (c > 0 || grad_bias == nullptr) continue;
      for (int64_t f = 0; f < count; f++) {
        float total = own[f];
        for (int64_t s = 1; s < segments; s++) total += own[s * items * size + f];
        grad_bias[group * filters + first + f] = total;
      }
    }
  });
}

}  // namespace

void grad_weight_winograd(const GradientMaps& gradient, const float* x, float* grad_weight,
                          float* grad_bias) {
  return gradient.conv.window.kh == 3 ? sum_up<Form3x3>(gradient, x, grad_weight, grad_bias)
                                      : sum_up<Form5x5>(gradient, x, grad_weight, grad_bias);
}

}  // namespace badak::BADAK_ISA
