// taps.cpp -- the same numbers as badak.ops.reference.conv.conv2d and its gradient for x, for
// float.
//   x (N, C, H, W), weight (F, C/G, KH, KW), y (N, F, OH, OW); all C-contiguous.
// Method: each image is laid out so that every tap reads its places side by side (taps_layout.h);
// these are the rows of b in a matrix product whose a is the weights. No im2col matrix is ever
// made. The gradient for x is a convolution of grad_y; with stride s, one for each of the s x s
// remainders of x's rows and columns, with the taps that reach them.
// No precondition: any geometry can take this path. Rows of the image's own length (padding "same")
// are laid out fastest.
#include "conv2d/taps.h"

#include "conv2d/taps_bands.h"
#include "simd/transpose.h"
#include "threads/threads.h"

namespace badak::BADAK_ISA {

namespace {

// One correlation of images (n, groups * channels, h, w) with packed weights.
struct Pass {
  int64_t n, groups, channels, h, w;
  Taps rows, columns;
  int64_t places_h, places_w, filters;  // of a group
  const float* packed;                  // [group][slice][tile][k][height]
  int64_t taps() const { return rows.count * columns.count; }
};

// Correlate every image, band by band:
//   read(image, group) -> Source;
//   write(image, group, first row, rows) -> where the band's results stand, c_row(rows) numbers per
//   filter;
//   done(image, group, first row, rows, results) when they are complete.
// Bands begin at multiples of `unit` rows.
template <class Read, class Write, class Row, class Done>
void correlate(const Pass& pass, int64_t unit, const float* bias, bool relu, const Read& read,
               const Write& write, const Row& c_row, const Done& done) {
  const Slices slices(pass.channels, pass.taps());
  const RowTiles tiles(pass.filters);
  const int64_t axes = pass.rows.count + pass.columns.count;
  int64_t* table = static_cast<int64_t*>(
      scratch(Scratch::offsets,
              sizeof(int64_t) * (axes + BandOffsets::numbers(slices.widest(), pass.taps()))));
  TapsLayout layout(pass.rows, pass.columns, pass.h, pass.w, pass.places_w, table);
  layout.make_masks(static_cast<int32_t*>(
      scratch(Scratch::masks, sizeof(int32_t) * layout.shifts * layout.mask_length())));
  const Bands bands(layout, pass.places_h, slices.widest(), pass.n * pass.groups, unit);
  const BandOffsets offsets(layout, bands, slices.widest(), pass.taps(), table + axes);
  parallel_for(pass.n * pass.groups * bands.count, [&](int64_t item) {
    const int64_t band = item % bands.count, group = item / bands.count % pass.groups;
    const int64_t image = item / bands.count / pass.groups;
    const int64_t from = bands.start(band), height = bands.height(band);
    const Source source = read(image, group);
    float* columns = scratch_floats(Scratch::columns, layout.size(slices.widest(), height));
    float* c = write(image, group, from, height);
    for (int64_t slice = 0; slice < slices.count; slice++) {
      const int64_t start = slices.start(slice), width = slices.width(slice);
      layout.fill(source.image + start * pass.h * pass.w, width, from, height, columns,
                  source.begin, source.end);
      Finish finish;
      finish.accumulate = slice > 0;
      if (slice == slices.count - 1) {
        finish.row_bias = bias == nullptr ? nullptr : bias + group * pass.filters;
        finish.relu = relu;
      }
      multiply_panels(tiles, width * pass.taps(),
                      pass.packed + (group * pass.channels + start) * pass.taps() * pass.filters,
                      {columns, offsets.of(height)}, height * pass.places_w, c, c_row(height),
                      finish);
    }
    done(image, group, from, height, c);
  });
}

// Fill `packed` for a pass; pack(group, channel, channels, first row, rows, to) writes one tile.
template <class Pack>
void pack_weights(const Pass& pass, float* packed, const Pack& pack) {
  const Slices slices(pass.channels, pass.taps());
  const RowTiles tiles(pass.filters);
  const int64_t size = pass.filters * pass.channels * pass.taps();
  const auto pack_item = [&](int64_t item) {
    const int64_t tile = item % tiles.count, slice = item / tiles.count % slices.count;
    const int64_t group = item / tiles.count / slices.count;
    const int64_t start = slices.start(slice), k = slices.width(slice) * pass.taps();
    pack(group, start, slices.width(slice), tiles.start(tile), tiles.height(tile),
         packed + group * size + start * pass.taps() * pass.filters + tiles.start(tile) * k);
  };
  const int64_t items = pass.groups * slices.count * tiles.count;
  if (pass.groups * size < (1 << 14))  // too little to share
    for (int64_t item = 0; item < items; item++) pack_item(item);
  else
    parallel_for(items, pack_item);
}

int64_t* positions(int64_t* to, int64_t count, int64_t step, int64_t first) {
  for (int64_t i = 0; i < count; i++) to[i] = first + i * step;
  return to;
}

}  // namespace

void conv2d_taps(const Convolution& conv, const Epilogue& epilogue, const float* x,
                 const float* weight, const float* bias, float* y, uint8_t* winners) {
  const Maps& maps = conv.maps;
  const Window& window = conv.window;
  int64_t* at =
      static_cast<int64_t*>(scratch(Scratch::taps, sizeof(int64_t) * (window.kh + window.kw)));
  Pass pass{.n = maps.n,
            .groups = conv.groups,
            .channels = conv.channels(),
            .h = maps.h,
            .w = maps.w,
            .rows = {positions(at, window.kh, window.dh, -window.top), window.kh, window.sh},
            .columns = {positions(at + window.kh, window.kw, window.dw, -window.left), window.kw,
                        window.sw},
            .places_h = maps.oh,
            .places_w = maps.ow,
            .filters = conv.filters(),
            .packed = nullptr};
  float* packed = scratch_floats(Scratch::weight, conv.f * pass.channels * pass.taps());
  const int64_t k = pass.channels * pass.taps();
  pack_weights(
      pass, packed,
      [&](int64_t group, int64_t channel, int64_t channels, int64_t row, int64_t rows, float* to) {
        transpose_strip(weight + (group * pass.filters + row) * k + channel * pass.taps(), k, rows,
                        channels * pass.taps(), to, rows);
      });
  pass.packed = packed;
  const float* end = x + maps.n * maps.c * maps.h * maps.w;
  const auto read = [&](int64_t image, int64_t group) {
    return Source{x + (image * conv.groups + group) * pass.channels * maps.h * maps.w, x, end};
  };
  const int64_t places = conv.places();
  if (!epilogue.pool) {
    correlate(
        pass, 1, bias, epilogue.relu, read,
        [&](int64_t image, int64_t group, int64_t from, int64_t) {
          return y + (image * conv.f + group * pass.filters) * places + from * maps.ow;
        },
        [&](int64_t) { return places; }, [](auto...) {});
    return;
  }
  const int64_t pooled_h = maps.oh / 2, pooled_w = maps.ow / 2;
  correlate(
      pass, 2, bias, false, read,
      [&](int64_t, int64_t, int64_t, int64_t height) {
        return scratch_floats(Scratch::image, pass.filters * height * maps.ow + 4 * LANES);
      },
      [&](int64_t height) { return height * maps.ow; },
      [&](int64_t image, int64_t group, int64_t from, int64_t height, const float* c) {
        for (int64_t f = 0; f < pass.filters; f++) {
          const int64_t map = image * conv.f + group * pass.filters + f;
          const int64_t to = (map * pooled_h + from / 2) * pooled_w;
          pool_map(c + f * height * maps.ow, height, maps.ow, epilogue.relu, y + to,
                   winners == nullptr ? nullptr : winners + to);
        }
      });
}

void grad_x_taps(const GradientMaps& gradient, const float* weight, float* grad_x) {
  const Convolution& conv = gradient.conv;
  const Maps& maps = conv.maps;
  const Window& window = conv.window;
  const int64_t filters = conv.filters(), channels = conv.channels(), cells = conv.cells();
  float* packed = scratch_floats(Scratch::weight, conv.f * channels * cells);
  int64_t* at =
      static_cast<int64_t*>(scratch(Scratch::taps, sizeof(int64_t) * 2 * (window.kh + window.kw)));
  int64_t *cell_rows = at + window.kh + window.kw, *cell_columns = cell_rows + window.kh;
  const int64_t size = maps.h * maps.w;
  // For each remainder of (row + top) by the stride, and of (column + left):
  for (int64_t a = 0; a < window.sh; a++)
    for (int64_t b = 0; b < window.sw; b++) {
      const Remainder rows(maps.h, window.top, window.sh, a),
          columns(maps.w, window.left, window.sw, b);
      if (rows.places <= 0 || columns.places <= 0) continue;
      const int64_t kh = rows.taps(window.kh, window.dh, cell_rows, at);
      const int64_t kw = columns.taps(window.kw, window.dw, cell_columns, at + window.kh);
      Pass pass{.n = maps.n,
                .groups = conv.groups,
                .channels = filters,
                .h = maps.oh,
                .w = maps.ow,
                .rows = {at, kh, 1},
                .columns = {at + window.kh, kw, 1},
                .places_h = rows.places,
                .places_w = columns.places,
                .filters = channels,
                .packed = packed};
      pack_weights(pass, packed,
                   [&](int64_t group, int64_t filter, int64_t count, int64_t row, int64_t height,
                       float* to) {
                     for (int64_t f = filter; f < filter + count; f++)
                       for (int64_t u = 0; u < kh; u++)
                         for (int64_t v = 0; v < kw; v++) {
                           const float* from = weight +
                                               ((group * filters + f) * channels + row) * cells +
                                               cell_rows[u] * window.kw + cell_columns[v];
                           for (int64_t i = 0; i < height; i++) *to++ = from[i * cells];
                         }
                   });
      const auto read = [&](int64_t image, int64_t group) { return gradient.image(image, group); };
      if (window.sh == 1 && window.sw == 1) {
        correlate(
            pass, 1, nullptr, false, read,
            [&](int64_t image, int64_t group, int64_t from, int64_t) {
              return grad_x + (image * maps.c + group * channels) * size + from * maps.w;
            },
            [&](int64_t) { return size; }, [](auto...) {});
        continue;
      }
      correlate(
          pass, 1, nullptr, false, read,
          [&](int64_t, int64_t, int64_t, int64_t height) {
            return scratch_floats(Scratch::image, channels * height * columns.places);
          },
          [&](int64_t height) { return height * columns.places; },
          [&](int64_t image, int64_t group, int64_t from, int64_t height, const float* c) {
            for (int64_t channel = 0; channel < channels; channel++) {
              float* to = grad_x + (image * maps.c + group * channels + channel) * size;
              for (int64_t i = 0; i < height; i++)
                for (int64_t j = 0; j < columns.places; j++)
                  to[(rows.first + (from + i) * window.sh) * maps.w + columns.first +
                     j * window.sw] = c[(channel * height + i) * columns.places + j];
            }
          });
    }
}

}  // namespace badak::BADAK_ISA
