// dots.cpp -- the same numbers as badak.ops.reference.conv.conv2d_backward's gradients of weight
// and bias, for few taps, as first layers have.
//   x (N, C, H, W), grad_y (N, F, OH, OW), grad_weight (F, C, KH, KW), grad_bias (F,).
// Method: x is laid out as in taps.cpp (taps_layout.h), so that the places of a tap lie side by
// side, as those of a filter's gradient do. A tile of taps x filters sums their products, a vector
// of places at a time: nothing is turned, and any number of filters fills the lanes. The bias is
// one tap more, of ones. Images fall into fixed segments with sums of their own, added up in order:
// the bits do not depend on the number of threads.
// Precondition: suits_dots. No number outside a window is read.
#include "conv2d/dots.h"

#include "conv2d/taps_bands.h"

namespace badak::BADAK_ISA {

namespace {

constexpr int64_t MAX_TAPS = 128;      // beyond, taps_weight.cpp is as fast
constexpr int64_t MAX_SUMS = 1 << 12;  // vectors, that stay in L2
constexpr int64_t FEW_FILTERS = 12;  // after pooling, up to which all places beat the nonzero ones
constexpr int64_t MAX_ROWS = LANES == 16 ? 6 : 3;     // of a tile, so that its sums
constexpr int64_t MAX_FILTERS = LANES == 16 ? 4 : 3;  // and both sides fit the registers

// Keep a vector in a register: GCC 12 would read it from memory again for each product, and most of
// these reads cross a cache line.
[[gnu::always_inline]] inline Vec in_register(Vec value) {
#if defined(__x86_64__)
  asm("" : "+v"(value));
#endif
  return value;
}

// sums (TAPS, FILTERS) vectors += over places: taps * filters, both read where they lie.
template <int TAPS, int FILTERS>
void dot_tile(const float* image, const int64_t* offsets, const float* grad, int64_t grad_step,
              int64_t places, float* sums, int64_t row) {
  Vec own[TAPS][FILTERS] = {};
  const auto add = [&](const auto& read, int64_t p) __attribute__((always_inline)) {
    Vec right[FILTERS];
#pragma GCC unroll 4
    for (int f = 0; f < FILTERS; f++) right[f] = in_register(read(grad + f * grad_step + p));
#pragma GCC unroll 6
    for (int t = 0; t < TAPS; t++) {
      const Vec left = in_register(read(image + offsets[t] + p));
#pragma GCC unroll 4
      for (int f = 0; f < FILTERS; f++) own[t][f] += left * right[f];
    }
  };
  int64_t p = 0;
  for (; p + LANES <= places; p += LANES) add([](const float* from) { return load(from); }, p);
  if (const int64_t rest = places - p; rest > 0)
    add([rest](const float* from) { return load_first(from, rest); }, p);
#pragma GCC unroll 6
  for (int t = 0; t < TAPS; t++)
#pragma GCC unroll 4
    for (int f = 0; f < FILTERS; f++) {
      float* const to = sums + t * row + f * LANES;
      store(to, load(to) + own[t][f]);
    }
}

using DotTile = void (*)(const float*, const int64_t*, const float*, int64_t, int64_t, float*,
                         int64_t);

template <int... I>
DotTile tile_of(int64_t taps, int64_t filters, std::integer_sequence<int, I...>) {
  static constexpr DotTile all[] = {dot_tile<I / MAX_FILTERS + 1, I % MAX_FILTERS + 1>...};
  return all[(taps - 1) * MAX_FILTERS + filters - 1];
}
DotTile tile_of(int64_t taps, int64_t filters) {
  return tile_of(taps, filters, std::make_integer_sequence<int, MAX_ROWS * MAX_FILTERS>());
}

// Numbers cut into parts of nearly equal size, none above `most`.
struct Cut {
  int64_t all, count;
  Cut(int64_t all_, int64_t most) : all(all_), count(ceil_div(all_, most)) {}
  int64_t start(int64_t part) const { return all * part / count; }
  int64_t size(int64_t part) const { return start(part + 1) - start(part); }
};

// sums (taps, filters) vectors += those of a band's places.
void add_band(const float* image, const int64_t* offsets, const Cut& taps, const float* grad,
              int64_t grad_step, const Cut& filters, int64_t places, float* sums) {
  const int64_t row = filters.all * LANES;
  for (int64_t f = 0; f < filters.count; f++)
    for (int64_t t = 0; t < taps.count; t++)
      tile_of(taps.size(t), filters.size(f))(
          image, offsets + taps.start(t), grad + filters.start(f) * grad_step, grad_step, places,
          sums + taps.start(t) * row + filters.start(f) * LANES, row);
}

}  // namespace

bool suits_dots(const Convolution& conv, const Epilogue& epilogue) {
  const int64_t taps = conv.maps.c * conv.cells();
  return conv.groups == 1 && taps <= MAX_TAPS && (taps + 1) * conv.f <= MAX_SUMS &&
         (!epilogue.pool || conv.f <= FEW_FILTERS);
}

void grad_weight_dots(const GradientMaps& gradient, const float* x, float* grad_weight,
                      float* grad_bias) {
  const Convolution& conv = gradient.conv;
  const Maps& maps = conv.maps;
  const Window& window = conv.window;
  const int64_t cells = conv.cells(), size = maps.c * maps.h * maps.w;
  const Cut taps(maps.c * cells + 1, MAX_ROWS), filters(conv.f, MAX_FILTERS);
  const int64_t axes = window.kh + window.kw;
  int64_t* at = static_cast<int64_t*>(scratch(Scratch::offsets, sizeof(int64_t) * 2 * axes));
  for (int64_t u = 0; u < window.kh; u++) at[u] = u * window.dh - window.top;
  for (int64_t v = 0; v < window.kw; v++) at[window.kh + v] = v * window.dw - window.left;
  TapsLayout layout({at, window.kh, window.sh}, {at + window.kh, window.kw, window.sw}, maps.h,
                    maps.w, maps.ow, at + axes);
  layout.make_masks(static_cast<int32_t*>(
      scratch(Scratch::masks, sizeof(int32_t) * layout.shifts * layout.mask_length())));
  const Bands bands(layout, maps.oh, maps.c, WANTED_BANDS, 1);
  const int64_t highest = bands.highest(), room = layout.size(maps.c, highest);
  const int64_t segments = segments_for(maps.n, 1), sums_size = taps.all * conv.f * LANES;
  float* sums = scratch_floats(Scratch::partial, segments * sums_size);
  parallel_for(segments, [&](int64_t segment) {
    float* own = sums + segment * sums_size;
    clear(own, sums_size);
    float* columns = scratch_floats(Scratch::columns, room + highest * maps.ow);
    for (int64_t p = 0; p < highest * maps.ow; p++) columns[room + p] = 1;
    int64_t* offsets = static_cast<int64_t*>(scratch(Scratch::taps, sizeof(int64_t) * taps.all));
    offsets[taps.all - 1] = room;
    for (int64_t n = maps.n * segment / segments; n < maps.n * (segment + 1) / segments; n++) {
      const Source grad = gradient.image(n, 0);
      for (int64_t band = 0; band < bands.count; band++) {
        const int64_t from = bands.start(band), height = bands.height(band);
        layout.fill(x + n * size, maps.c, from, height, columns, x, x + maps.n * size);
        layout.offsets(maps.c, height, offsets);
        add_band(columns, offsets, taps, grad.image + from * maps.ow, conv.places(), filters,
                 height * maps.ow, own);
      }
    }
  });
  for (int64_t f = 0; f < conv.f; f++)
    for (int64_t t = 0; t < taps.all; t++) {
      const float* from = sums + (t * conv.f + f) * LANES;
      Vec total = load(from);
      for (int64_t segment = 1; segment < segments; segment++)
        total += load(from + segment * sums_size);
      if (t + 1 < taps.all)
        grad_weight[f * (taps.all - 1) + t] = sum(total);
      else if (grad_bias != nullptr)
        grad_bias[f] = sum(total);
    }
}

}  // namespace badak::BADAK_ISA
