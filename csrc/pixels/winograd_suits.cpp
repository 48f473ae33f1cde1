// winograd_suits.cpp -- which convolutions are faster by Winograd's tiles than as they are written.
//
// Both ways' costs, counted in multiply-adds of vectors; measured with each instruction set on
// Zen 4, at 4 to 512 channels, maps of 2 to 56 rows and 1 to 64 images.
#include "conv2d/winograd_transforms.h"
#include "pixels/winograd.h"

namespace badak::BADAK_ISA {

namespace {

// 3x3 in steps of 1, one group, padding up to 2.
bool is_3x3(const Convolution& conv) {
  const Window& w = conv.window;
  const Maps& maps = conv.maps;
  return w.kh == 3 && w.kw == 3 && w.sh == 1 && w.sw == 1 && w.dh == 1 && w.dw == 1 &&
         conv.groups == 1 && w.top <= 2 && w.left <= 2 && maps.oh <= maps.h + w.top &&
         maps.ow <= maps.w + w.left;
}

// Of a tile's block of channels, before the products, and of filters after them; for a product of a
// channel and a block of filters.
constexpr int64_t IN = LANES == 16 ? 280 : LANES == 8 ? 480 : 370;
constexpr int64_t OUT = LANES == 16 ? 215 : LANES == 8 ? 370 : 270;
constexpr int64_t PRODUCTS = 40;

// From c channels to f filters and n maps of h x w places. `weight` is the cost of a vector of
// transformed weights, or of nine direct ones: to make it or to fetch it.
struct Pass {
  int64_t c, f, n, h, w;
  int64_t blocks(int64_t numbers) const { return ceil_div(numbers, LANES); }
  int64_t tiles_cost(int64_t weight) const {
    const int64_t tiles = n * ceil_div(h, TILE) * ceil_div(w, TILE);
    return tiles * (IN * blocks(c) + OUT * blocks(f) + PRODUCTS * c * blocks(f)) +
           weight * POINTS * c * blocks(f);
  }
  int64_t direct_cost(int64_t weight) const { return 9 * c * blocks(f) * (n * h * w + weight); }
  // The direct gradient of weight leaves no lanes empty.
  int64_t direct_gradient_cost(int64_t weight) const {
    return 9 * c * f * (n * h * w + weight) / LANES;
  }
};

}  // namespace

bool can_pixels_winograd(const Convolution& conv) { return is_3x3(conv); }

bool suits_pixels_winograd(const Convolution& conv) {
  const Maps& maps = conv.maps;
  const Pass pass{maps.c, conv.f, maps.n, maps.oh, maps.ow};
  const int64_t weight = POINTS * maps.c * conv.f > (1 << 22) ? 10 : 6;  // more if not even in L3
  return is_3x3(conv) && pass.tiles_cost(weight) < pass.direct_cost(weight);
}

bool suits_pixels_winograd_grad_x(const Convolution& conv) {
  const Maps& maps = conv.maps;
  const Pass pass{conv.f, maps.c, maps.n, maps.h, maps.w};
  return is_3x3(conv) && pass.tiles_cost(15) < pass.direct_cost(10);
}

bool suits_pixels_winograd_grad_weight(const Convolution& conv) {
  const Maps& maps = conv.maps;
  const Pass pass{maps.c, conv.f, maps.n, maps.oh, maps.ow};
  return is_3x3(conv) && pass.tiles_cost(10) < pass.direct_gradient_cost(10);
}

}  // namespace badak::BADAK_ISA
