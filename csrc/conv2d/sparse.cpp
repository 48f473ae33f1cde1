// sparse.cpp -- the same numbers as badak.ops.reference: pool.max_pool2d_backward (2x2), then
// activation.relu_backward if ReLU is fused, then conv.conv2d_backward; for float.
//   x (N, C, H, W), grad_y, y and winners (N, F, OH/2, OW/2), weight (F, C/G, KH, KW).
// Pooling sends a gradient to one place of four, and ReLU stops those of negative places: most of
// a dense product would multiply by zero.
// Method: a map lies with its channels innermost, LANES of them to a block, so that the window of a
// place is KH runs of KW * depth numbers, and each place that did get a gradient costs one run
// through its window:
//   grad_weight[f] += grad * window of x    with the sums in registers
//   window of grad_x += grad * weight[f]    with the weights in registers
// Of a first layer's few channels the windows themselves are laid out, one run each. A band of
// windows at a time meets all filters, so that its pixels stay in L1.
// Precondition: suits_sparse. A run is read and written in whole vectors: a gradient that is not
// finite spreads to the numbers beside its window.
#include "conv2d/sparse.h"

#include "conv2d/pixels.h"

namespace badak::BADAK_ISA {

namespace {

// Registers that may hold a window, beside what multiplies it.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int64_t WINDOW_VECTORS = 25;
#else
constexpr int64_t WINDOW_VECTORS = 12;
#endif
constexpr int64_t PIXEL_FLOATS = 1 << 19;  // of one image's maps, 2 MiB: a thread's share of L2
constexpr int64_t L1_FLOATS = 6 << 10;     // of a band's block, 24 KiB
constexpr int64_t FEW_FLOATS = 4 * LANES;  // of a window: multiplying by 0 costs less than to look

// The gradient of a pooled place, and where the window of the winning place begins.
struct NonzeroGradient {
  float grad;
  int32_t at;
};

// Those of one filter's places whose gradient is not 0, and their sum.
struct NonzeroGradients {
  const NonzeroGradient* first;
  int64_t count;
  float total;
};

// The pooled places of a map, and the windows of their first cells.
struct PooledPlaces {
  bool relu;
  int64_t rows, columns;
  int32_t down, across;  // from the window of a first cell to the others
  int32_t* starts;
  int64_t band_rows;  // so many that their pixels of a block fit L1

  PooledPlaces(const Convolution& conv, const Epilogue& epilogue, const Pixels& pixels)
      : relu(epilogue.relu),
        rows(conv.maps.oh / 2),
        columns(conv.maps.ow / 2),
        down(static_cast<int32_t>(pixels.row())),
        across(static_cast<int32_t>(pixels.depth)),
        starts(static_cast<int32_t*>(
            scratch(Scratch::offsets, static_cast<size_t>(count() + LANES) * sizeof(int32_t)))),
        band_rows(maximum<int64_t>((L1_FLOATS / pixels.row() - pixels.height + 1) / 2, 1)) {
    for (int64_t i = 0; i < rows; i++)
      for (int64_t j = 0; j < columns; j++)
        starts[i * columns + j] = static_cast<int32_t>(2 * (i * pixels.row() + j * pixels.depth));
    band_rows = ceil_div(rows, maximum<int64_t>(ceil_div(rows, band_rows), 1));
  }
  int64_t count() const { return rows * columns; }
  int64_t room() const { return band_rows * columns + LANES; }  // for a filter's

  // The nonzero gradients among `wanted` places from `first` on; `to` has `room()`. If `all`, those
  // that are 0 stay among them.
  NonzeroGradients collect(const float* grad_y, const float* y, const uint8_t* winners,
                           int64_t first, int64_t wanted, bool all, NonzeroGradient* to) const {
    float* pairs = reinterpret_cast<float*>(to);
    Vec total{};
    for (int64_t i = 0; i < wanted; i += LANES) {
      const int64_t q = first + i, left = minimum(LANES, wanted - i);
      Vec grad = load_some(grad_y + q, left);
      if (relu) grad = load_some(y + q, left) > 0.0f ? grad : Vec{};
      const IntVec winner = load_winners(winners + q, left);
      const IntVec at = load_bits(starts + q) + (winner >> 1) * down + (winner & 1) * across;
      Vec low, high;
      join_pairs(grad, (Vec)at, low, high);
      store(pairs + 2 * i, low);
      store(pairs + 2 * i + LANES, high);
      total += grad;
    }
    if (all) return {to, wanted, sum(total)};
    // Without branches: no processor can predict which of them are 0.
    int64_t kept = 0;
    for (int64_t i = 0; i < wanted; i++) {
      uint64_t pair;
      memcpy(&pair, to + i, sizeof(pair));
      memcpy(to + kept, &pair, sizeof(pair));
      kept += static_cast<uint32_t>(pair << 1) != 0;  // grad is neither 0 nor -0
    }
    return {to, kept, sum(total)};
  }
};

// sums (KH, V vectors) += over places: grad * window of x. Few sums are kept several times over,
// so that the next place need not wait for the last.
template <int KH, int V>
void add_windows(const float* x, int64_t row, const NonzeroGradients& nonzero, float* sums) {
  constexpr int TOGETHER = KH * V < 4 ? 4 : KH * V < 8 ? 2 : 1;
  const NonzeroGradient* places = nonzero.first;
  const int64_t count = nonzero.count;
  Vec own[TOGETHER][KH][V] = {};
  int64_t q = 0;
  for (; q + TOGETHER <= count; q += TOGETHER)
#pragma GCC unroll 4
    for (int t = 0; t < TOGETHER; t++) {
      const float* window = x + places[q + t].at;
      const Vec grad = splat(places[q + t].grad);
#pragma GCC unroll 8
      for (int u = 0; u < KH; u++)
#pragma GCC unroll 8
        for (int v = 0; v < V; v++) own[t][u][v] += grad * load(window + u * row + v * LANES);
    }
  for (; q < count; q++)
#pragma GCC unroll 8
    for (int u = 0; u < KH; u++)
#pragma GCC unroll 8
      for (int v = 0; v < V; v++)
        own[0][u][v] += splat(places[q].grad) * load(x + places[q].at + u * row + v * LANES);
#pragma GCC unroll 8
  for (int u = 0; u < KH; u++)
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) {
      Vec total = own[0][u][v];
      for (int t = 1; t < TOGETHER; t++) total += own[t][u][v];
      float* to = sums + (u * V + v) * LANES;
      store(to, load(to) + total);
    }
}

// window of grad_x += grad * weight (KH, V vectors), place by place.
template <int KH, int V>
void add_weight(const float* weight, int64_t row, const NonzeroGradients& nonzero, float* grad_x) {
  Vec own[KH][V];
#pragma GCC unroll 8
  for (int u = 0; u < KH; u++)
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) own[u][v] = load(weight + (u * V + v) * LANES);
  for (int64_t q = 0; q < nonzero.count; q++) {
    float* window = grad_x + nonzero.first[q].at;
    const Vec grad = splat(nonzero.first[q].grad);
    Vec sums[KH][V];
#pragma GCC unroll 8
    for (int u = 0; u < KH; u++)
#pragma GCC unroll 8
      for (int v = 0; v < V; v++)
        sums[u][v] = load(window + u * row + v * LANES) + grad * own[u][v];
#pragma GCC unroll 8
    for (int u = 0; u < KH; u++)
#pragma GCC unroll 8
      for (int v = 0; v < V; v++) store(window + u * row + v * LANES, sums[u][v]);
  }
}

struct WindowKernels {
  void (*add_windows)(const float*, int64_t, const NonzeroGradients&, float*);
  void (*add_weight)(const float*, int64_t, const NonzeroGradients&, float*);
};

// Null if the window does not fit the registers.
template <int KH, int V = 1>
WindowKernels window_kernels(int64_t vectors) {
  if constexpr (KH * V > WINDOW_VECTORS)
    return {nullptr, nullptr};
  else
    return vectors == V ? WindowKernels{add_windows<KH, V>, add_weight<KH, V>}
                        : window_kernels<KH, V + 1>(vectors);
}

WindowKernels kernels_of(const Pixels& pixels) {
  switch (pixels.height) {
    case 1:
      return window_kernels<1>(pixels.vectors);
    case 3:
      return window_kernels<3>(pixels.vectors);
    case 5:
      return window_kernels<5>(pixels.vectors);
    default:
      return {nullptr, nullptr};
  }
}

// For each band of a map's pooled places, and each block: run(filter, block, nonzero gradients).
template <class Run>
void each_band(const GradientMaps& gradient, const PooledPlaces& pooled, const Pixels& pixels,
               int64_t first_map, const Run& run) {
  const int64_t filters = gradient.conv.filters();
  NonzeroGradient* places = static_cast<NonzeroGradient*>(scratch(
      Scratch::nonzero, static_cast<size_t>(filters) *
                            (sizeof(NonzeroGradient) * pooled.room() + sizeof(NonzeroGradients))));
  NonzeroGradients* nonzero = reinterpret_cast<NonzeroGradients*>(places + filters * pooled.room());
  for (int64_t row = 0; row < pooled.rows; row += pooled.band_rows) {
    const int64_t wanted = minimum(pooled.band_rows, pooled.rows - row) * pooled.columns;
    for (int64_t f = 0; f < filters; f++) {
      const int64_t map = (first_map + f) * pooled.count();
      nonzero[f] = pooled.collect(gradient.grad_y + map, gradient.y + map, gradient.winners + map,
                                  row * pooled.columns, wanted, pixels.window() <= FEW_FLOATS,
                                  places + f * pooled.room());
    }
    for (int64_t b = 0; b < pixels.blocks; b++)
      for (int64_t f = 0; f < filters; f++) run(f, b, nonzero[f]);
  }
}

}  // namespace

bool suits_sparse(const Convolution& conv, const Epilogue& epilogue, bool as_windows) {
  const Window& w = conv.window;
  const Pixels pixels(conv, as_windows);
  return epilogue.pool && w.sh == 1 && w.sw == 1 && w.dh == 1 && w.dw == 1 &&
         pixels.size() <= PIXEL_FLOATS && kernels_of(pixels).add_windows != nullptr;
}

void grad_weight_sparse(const GradientMaps& gradient, const float* x, float* grad_weight,
                        float* grad_bias) {
  const Convolution& conv = gradient.conv;
  const Maps& maps = conv.maps;
  const Pixels pixels(conv, true);
  const PooledPlaces pooled(conv, gradient.epilogue, pixels);
  const auto add = kernels_of(pixels).add_windows;
  const int64_t filters = conv.filters(), channels = conv.channels(), size = maps.h * maps.w;
  const int64_t bias = pixels.blocks * pixels.window(), row = bias + LANES;  // of sums
  const int64_t segments = segments_for(maps.n, conv.groups);
  float* sums = scratch_floats(Scratch::partial, segments * conv.f * row);
  parallel_for(segments * conv.groups, [&](int64_t item) {
    const int64_t group = item % conv.groups, segment = item / conv.groups;
    float* own = sums + (segment * conv.f + group * filters) * row;
    clear(own, filters * row);
    float* laid_out = scratch_floats(Scratch::columns, pixels.size());
    for (int64_t n = maps.n * segment / segments; n < maps.n * (segment + 1) / segments; n++) {
      pixels.lay_out(x + (n * maps.c + group * channels) * size, x + maps.n * maps.c * size,
                     laid_out);
      each_band(gradient, pooled, pixels, n * conv.f + group * filters,
                [&](int64_t f, int64_t b, const NonzeroGradients& nonzero) {
                  add(laid_out + b * pixels.block(), pixels.row(), nonzero,
                      own + f * row + b * pixels.window());
                  if (b == 0) own[f * row + bias] += nonzero.total;
                });
    }
  });
  parallel_for(conv.f, [&](int64_t f) {
    float* own = sums + f * row;
    for (int64_t segment = 1; segment < segments; segment++)
      for (int64_t i = 0; i < row; i += LANES)
        store(own + i, load(own + i) + load(own + segment * conv.f * row + i));
    float* grad = grad_weight + f * channels * conv.cells();
    pixels.each_weight([&](int64_t weight, int64_t place) { grad[weight] = own[place]; });
    if (grad_bias != nullptr) grad_bias[f] = own[bias];
  });
}

void grad_x_sparse(const GradientMaps& gradient, const float* weight, float* grad_x) {
  const Convolution& conv = gradient.conv;
  const Maps& maps = conv.maps;
  const Pixels pixels(conv, false);
  const PooledPlaces pooled(conv, gradient.epilogue, pixels);
  const auto add = kernels_of(pixels).add_weight;
  const int64_t filters = conv.filters(), channels = conv.channels();
  const int64_t size = pixels.blocks * pixels.window();  // of a filter's weights
  float* packed = scratch_floats(Scratch::weight, conv.f * size);
  parallel_for(conv.f, [&](int64_t f) {
    float* own = packed + f * size;
    clear(own, size);
    const float* from = weight + f * channels * conv.cells();
    pixels.each_weight([&](int64_t weight, int64_t place) { own[place] = from[weight]; });
  });
  parallel_for(maps.n * conv.groups, [&](int64_t map) {
    const float* own = packed + map % conv.groups * filters * size;
    float* laid_out = scratch_floats(Scratch::columns, pixels.size());
    clear(laid_out, pixels.size());
    each_band(gradient, pooled, pixels, map * filters,
              [&](int64_t f, int64_t b, const NonzeroGradients& nonzero) {
                add(own + f * size + b * pixels.window(), pixels.row(), nonzero,
                    laid_out + b * pixels.block());
              });
    pixels.take_back(laid_out, grad_x + map * channels * maps.h * maps.w);
  });
}

}  // namespace badak::BADAK_ISA
