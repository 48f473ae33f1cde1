// winograd.cpp -- the same numbers as badak.ops.reference.conv.conv2d and its gradient for x, for
// 3x3 and 5x5 filters and float, within 5e-6 of the largest result.
//   x (N, C, H, W), weight (F, C/G, K, K), y (N, F, OH, OW); all C-contiguous.
// Method: Winograd's F(4x4, 3x3) or F(2x2, 5x5), the Form, see winograd_transforms.h. Weights are
// transformed once per call.
// Then, item by item: the images' tiles, their products with the weights (winograd_product.h), and
// back from these to maps, pooled on the way if pooling follows. The gradient for x is the same
// convolution with the filters rotated by 180 degrees.
// Precondition: suits_winograd. A number that is not finite spreads over its tile.
#include "conv2d/winograd.h"

#include "conv2d/winograd_filters.h"
#include "conv2d/winograd_product.h"

namespace badak::BADAK_ISA {

namespace {

// A block of filters' weights transformed: see transform_filters.
template <class Form>
void transform_weights(const TilePass& pass, const Weights& weights, int64_t group, int64_t block,
                       int64_t point_step, int64_t channel_step, float* to) {
  const float* from =
      weights.from + group * weights.group_step + block * LANES * weights.filter_step;
  transform_filters<Form>(weights, from, minimum(LANES, pass.filters - block * LANES),
                          pass.channels, point_step, channel_step, to);
}

// The transformed weights of some blocks of a group's filters: [point][strip][channel][filters].
template <class Form>
struct Strips {
  int64_t channels, blocks;
  int64_t point() const { return blocks * LANES * channels; }
  int64_t size() const { return POINTS * point(); }
  void transform(const TilePass& pass, const Weights& weights, int64_t group, int64_t first,
                 int64_t block, float* to) const {
    const int64_t strip = block / STRIP * STRIP, width = minimum(STRIP, blocks - strip) * LANES;
    transform_weights<Form>(pass, weights, group, first + block, point(), width,
                            to + strip * LANES * channels + (block - strip) * LANES);
  }
};

// Where the results go: as they are, or pooled.
template <class Form>
struct TileResults {
  static constexpr int64_t TILE = Form::TILE;
  const TilePass& pass;
  const float* bias;  // of all filters; or null
  Epilogue epilogue;
  float* y;
  uint8_t* winners;

  // Of one image and group: the band whose products begin at tile t; they are those of the group's
  // blocks of filters from `block` on.
  void write(const Tiles& products, int64_t t, const TileRows& band, int64_t image, int64_t group,
             int64_t block) const {
    const int64_t side = epilogue.pool ? TILE / 2 : TILE;  // of a tile's results
    const int64_t rows = band.rows, tiles_w = band.columns, columns = side * tiles_w;
    const int64_t size = (side * rows * columns + LANES) * LANES;
    float* results = scratch_floats(Scratch::tile_results, size + size / 4);
    ByteVec* won = reinterpret_cast<ByteVec*>(results + size);
    const int64_t h = epilogue.pool ? pass.oh / 2 : pass.oh,
                  w = epilogue.pool ? pass.ow / 2 : pass.ow;
    const int64_t height = minimum(side * rows, h - side * band.first);
    for (int64_t b = 0; b < products.blocks; b++) {
      const int64_t filter = group * pass.filters + (block + b) * LANES;
      const int64_t count = minimum(LANES, pass.filters - (block + b) * LANES);
      const Vec add = bias == nullptr ? Vec{} : load_some(bias + filter, count);
      for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < tiles_w; j++) {
          const int64_t to = side * (i * columns + j);
          one_tile(products.at(b, t + i * tiles_w + j), products.step, add, results + to * LANES,
                   won + to, columns);
        }
      const int64_t at =
          ((image * pass.groups * pass.filters + filter) * h + side * band.first) * w;
      take_back(results, columns, LANES, count, height, w, h * w, y + at);
      if (epilogue.pool && winners != nullptr)
        take_back(won, columns, count, height, w, h * w, winners + at);
    }
  }

 private:
  void one_tile(const float* products, int64_t step, Vec add, float* to, ByteVec* won,
                int64_t columns) const {
    Vec y[TILE][TILE];
    transform_square<typename Form::Result>(
        [&](int i, int j) { return load(products + (SPAN * i + j) * step); },
        [&](int i, int j, Vec value) { y[i][j] = value + add; });
    if (!epilogue.pool) {
#pragma GCC unroll 4
      for (int i = 0; i < TILE; i++)
#pragma GCC unroll 4
        for (int j = 0; j < TILE; j++)
          store(to + (i * columns + j) * LANES, epilogue.relu ? relu(y[i][j]) : y[i][j]);
      return;
    }
#pragma GCC unroll 2
    for (int i = 0; i < TILE / 2; i++)
#pragma GCC unroll 2
      for (int j = 0; j < TILE / 2; j++) {
        IntVec winner;
        const Vec best = pool_cells(y[2 * i][2 * j], y[2 * i][2 * j + 1], y[2 * i + 1][2 * j],
                                    y[2 * i + 1][2 * j + 1], epilogue.relu, winner);
        store(to + (i * columns + j) * LANES, best);
        won[i * columns + j] = __builtin_convertvector(winner, ByteVec);
      }
  }
};

// An item of work: some rows of tiles of some images, times the weights of a group's blocks of
// filters from `block` on.
struct Item {
  int64_t group, block, first_image, images;
  TileRows band;
};

// read(image, group) -> MapPixels.
template <class Form, class Read>
void convolve_band(const TilePass& pass, const Strips<Form>& strips, const float* weights,
                   const Read& read, const TileResults<Form>& results, const Item& item) {
  const int64_t each = item.band.count(), count = item.images;
  const Tiles tiles(Scratch::tiles, ceil_div(pass.channels, LANES), count * each);
  for (int64_t n = 0; n < count; n++)
    transform_band(read(item.first_image + n, item.group), pass.grid(), item.band, tiles, n * each,
                   [&](int64_t, const float* pixels, int64_t row, float* to) {
                     transform_image(pixels, row, to, tiles.step);
                   });
  const Tiles products(Scratch::tile_products, strips.blocks, count * each);
  multiply_tiles(tiles, pass.channels, weights, products);
  for (int64_t n = 0; n < count; n++)
    results.write(products, n * each, item.band, item.first_image + n, item.group, item.block);
}

// A few tiles: each item transforms the weights of its own filters, for all images.
template <class Form, class Read>
void convolve_few(const TilePass& pass, const Weights& weights, const Read& read,
                  const TileResults<Form>& results) {
  constexpr int64_t ITEMS = 4;
  const int64_t blocks = ceil_div(pass.filters, LANES), parts = minimum(blocks, ITEMS);
  const int64_t bands = parts * pass.groups > 1 ? 1 : minimum(pass.tiles_h(), ITEMS);
  parallel_for(pass.groups * parts * bands, [&](int64_t item) {
    const int64_t band = item % bands, part = item / bands % parts, group = item / bands / parts;
    const int64_t first = blocks * part / parts;
    const Strips<Form> strips{pass.channels, blocks * (part + 1) / parts - first};
    float* own = scratch_floats(Scratch::weight, strips.size());
    for (int64_t block = 0; block < strips.blocks; block++)
      strips.transform(pass, weights, group, first, block, own);
    const int64_t start = pass.tiles_h() * band / bands;
    const TileRows rows{start, pass.tiles_h() * (band + 1) / bands - start, pass.tiles_w()};
    convolve_band(pass, strips, own, read, results, {group, first, 0, pass.n, rows});
  });
}

template <class Form, class Read>
void convolve_tiles(const TilePass& pass, const Weights& weights, const Read& read,
                    const TileResults<Form>& results) {
  constexpr int64_t FEW_TILES = 64;
  if (pass.n * pass.tiles_h() * pass.tiles_w() <= FEW_TILES)
    return convolve_few(pass, weights, read, results);
  const Strips<Form> strips{pass.channels, ceil_div(pass.filters, LANES)};
  float* transformed = scratch_floats(Scratch::weight, pass.groups * strips.size());
  parallel_for(pass.groups * strips.blocks, [&](int64_t item) {
    const int64_t block = item % strips.blocks, group = item / strips.blocks;
    strips.transform(pass, weights, group, 0, block, transformed + group * strips.size());
  });
  // Many tiles if the weights do not fit L2: all are then read again for each item.
  const TileBands bands(pass, strips.size() > (1 << 18) ? 128 : 32);
  const int64_t batches = ceil_div(pass.n, bands.together);
  parallel_for(batches * pass.groups * bands.count, [&](int64_t item) {
    const int64_t band = item % bands.count, group = item / bands.count % pass.groups;
    const int64_t batch = item / bands.count / pass.groups, first = pass.n * batch / batches;
    convolve_band(pass, strips, transformed + group * strips.size(), read, results,
                  {group, 0, first, pass.n * (batch + 1) / batches - first, bands.at(band)});
  });
}

}  // namespace

bool suits_winograd(const Convolution& conv) {
  const Window& w = conv.window;
  const Maps& maps = conv.maps;
  const int64_t kernel = w.kh;
  const bool kind = (kernel == 3 || kernel == 5) && w.kw == kernel && w.sh == 1 && w.sw == 1 &&
                    w.dh == 1 && w.dw == 1 && w.top < kernel && w.left < kernel &&
                    maps.oh <= maps.h + w.top && maps.ow <= maps.w + w.left;
  if (!kind || maps.n == 0) return false;
  // Places beyond the map's edge are computed and not used.
  const int64_t tile = SPAN + 1 - kernel;
  const int64_t computed = ceil_div(maps.oh, tile) * ceil_div(maps.ow, tile) * tile * tile;
  const int64_t least = kernel == 3 ? 8 : 16;  // smaller tiles cost as much to transform
  return computed > 0 && conv.channels() >= least && conv.filters() >= least &&
         5 * conv.places() >= 2 * computed;
}

void conv2d_winograd(const Convolution& conv, const Epilogue& epilogue, const float* x,
                     const float* weight, const float* bias, float* y, uint8_t* winners) {
  const TilePass pass = forward_pass(conv);
  const int64_t filter = pass.channels * conv.cells();
  const Weights weights{.from = weight,
                        .end = weight + conv.f * filter,
                        .filter_step = filter,
                        .channel_step = conv.cells(),
                        .turned = false,
                        .group_step = pass.filters * filter};
  const auto read = [&](int64_t image, int64_t group) {
    return image_pixels(conv, x, image, group);
  };
  if (conv.window.kh == 3)
    convolve_tiles(pass, weights, read, TileResults<Form3x3>{pass, bias, epilogue, y, winners});
  else
    convolve_tiles(pass, weights, read, TileResults<Form5x5>{pass, bias, epilogue, y, winners});
}

void grad_x_winograd(const GradientMaps& gradient, const float* weight, float* grad_x) {
  const Convolution& conv = gradient.conv;
  const Maps& maps = conv.maps;
  const int64_t channels = conv.channels(), filters = conv.filters(), cells = conv.cells();
  // A convolution of the gradient: filters rotated by 180 degrees, filters and channels swapped.
  const TilePass pass{.n = maps.n,
                      .groups = conv.groups,
                      .channels = filters,
                      .filters = channels,
                      .h = maps.oh,
                      .w = maps.ow,
                      .oh = maps.h,
                      .ow = maps.w,
                      .top = conv.window.kh - 1 - conv.window.top,
                      .left = conv.window.kw - 1 - conv.window.left,
                      .tile = SPAN + 1 - conv.window.kh};
  const Weights weights{.from = weight,
                        .end = weight + conv.f * channels * cells,
                        .filter_step = cells,
                        .channel_step = channels * cells,
                        .turned = true,
                        .group_step = filters * channels * cells};
  const auto read = [&](int64_t image, int64_t group) { return gradient.pixels(image, group); };
  if (conv.window.kh == 3)
    convolve_tiles(pass, weights, read, TileResults<Form3x3>{pass, nullptr, {}, grad_x, nullptr});
  else
    convolve_tiles(pass, weights, read, TileResults<Form5x5>{pass, nullptr, {}, grad_x, nullptr});
}

}  // namespace badak::BADAK_ISA
