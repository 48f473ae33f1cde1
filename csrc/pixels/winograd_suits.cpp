// winograd_suits.cpp -- which convolutions are faster by Winograd's tiles: by measurement.
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

// Places beyond the map's edge are computed and not used.
bool fills_tiles(int64_t h, int64_t w) {
  return 5 * h * w >= 2 * ceil_div(h, TILE) * ceil_div(w, TILE) * TILE * TILE;
}

}  // namespace

bool can_pixels_winograd(const Convolution& conv) { return is_3x3(conv); }

bool suits_pixels_winograd(const Convolution& conv) {
  return is_3x3(conv) && conv.maps.c >= 8 && conv.f >= 8 && fills_tiles(conv.maps.oh, conv.maps.ow);
}
bool suits_pixels_winograd_grad_x(const Convolution& conv) {
  return is_3x3(conv) && conv.maps.c >= 8 && conv.f >= 8 && fills_tiles(conv.maps.h, conv.maps.w);
}

bool suits_pixels_winograd_grad_weight(const Convolution& conv) {
  return suits_pixels_winograd(conv);
}

}  // namespace badak::BADAK_ISA
